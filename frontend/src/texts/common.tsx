// Failure.tsx
export const somethingFailedInThePageItself = 'Something failed in the page itself.';
export const at = (time: string) => `at ${time}`;
export const request = (requestId: string) => (
  <>
    · request <code>{requestId}</code>
  </>
);
export const tryAgain = 'Try again';

// Page.tsx
export const breadcrumb = 'Breadcrumb';

// BrokenPage.tsx
export const somethingWentWrong = 'Something went wrong';
export const thisPageCouldNotBeShown = 'This page could not be shown.';

// links.tsx
export const opensInANewTab = '(opens in a new tab)';

// MissingPage.tsx
export const notFound = 'Not found';
export const thereIsNothingHere = 'There is nothing here';
export const toTheInstances = 'To the instances';
export const theAddressMayBeMistypedWhat =
  'The address may be mistyped, what it showed may be gone, or you may not see it.';

// Loading.tsx
export const loading = 'Loading';

// Loaded.tsx
export const couldNotBeLoaded = (what: string) => `${what} could not be loaded.`;
export const couldNotBeBroughtUpTo = (what: string) => `${what} could not be brought up to date.`;
export const loading2 = (what: string) => `Loading: ${what}`;

// roles.ts
export const viewer = 'Viewer';
export const operator = 'Operator';
export const administrator = 'Administrator';
export const seesEverythingButSecrets = 'Sees everything but secrets.';
export const alsoStartsOperations = 'Also starts operations.';
export const alsoManagesProjectsAndPeople = 'Also manages projects and people.';
export const on = (roleWord: string, cluster: string) => `${roleWord} on ${cluster}`;
export const noRole = 'No role';

// Dialog.tsx
export const close = 'Close';

// NewPassword.tsx
export const aPasswordIsNeeded = 'A password is needed.';
export const charactersOrMoreThisHasA = (shortestPassword: number, length: number) =>
  `${shortestPassword} characters or more; this has ${length}. A few words do well.`;
export const password = 'Password';
export const charactersOrMoreAnyCharactersA = (shortestPassword: number) =>
  `${shortestPassword} characters or more; any characters. A few words do well.`;

// ConfirmDialog.tsx
export const itWasNotDone = 'It was not done.';
export const cancel = 'Cancel';

// Table.tsx
export const actions = 'Actions';

// tell.ts
export const dismiss = 'Dismiss';

// Age.tsx
export const stale = ', stale';

// SyncNote.tsx
export const whatYouSeeIsAsOf = (time: string, isStale: boolean) =>
  `What you see is as of ${time}${isStale ? ', which is stale' : ''}.`;
export const itWasNeverRead = 'It was never read.';
export const theProjectCouldNotBeRead = (since: string) => `The project could not be read. ${since}`;

// ClusterCrumbs.tsx
export const clusters = 'Clusters';

// Unsaved.tsx
export const leaveWithoutTheChanges = 'Leave without the changes?';
export const leave = 'Leave';
export const whatYouEditedIsNotKept = 'What you edited is not kept anywhere.';
