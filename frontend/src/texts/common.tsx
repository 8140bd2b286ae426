// Failure.tsx
export const thePageFailedToRender = 'The page failed to render.';
export const at = (time: string) => `at ${time}`;
export const request = (requestId: string) => (
  <>
    · request <code>{requestId}</code>
  </>
);
export const tryAgain = 'Try again';

// NoMail.tsx
export const ocimCantSendEmail = 'Ocim can’t send email';

// Page.tsx
export const breadcrumb = 'Breadcrumb';

// BrokenPage.tsx
export const somethingWentWrong = 'Something went wrong';
export const couldntShowThisPage = 'Couldn’t show this page.';

// links.tsx
export const opensInANewTab = '(opens in a new tab)';

// MissingPage.tsx
export const notFound = 'Not found';
export const pageNotFound = 'Page not found';
export const viewInstances = 'View instances';
export const checkTheAddressThePage =
  'Check the address. The page may have been removed, or you may not have access.';

// Loading.tsx
export const loading = 'Loading';

// Loaded.tsx
export const couldntLoad = (what: string) => `Couldn’t load ${what}.`;
export const couldntRefresh = (what: string) => `Couldn’t refresh ${what}.`;
export const loading2 = (what: string) => `Loading ${what}`;

// roles.ts
export const viewer = 'Viewer';
export const operator = 'Operator';
export const administrator = 'Administrator';
export const canViewEverythingExceptSecrets = 'Can view everything except secrets.';
export const canAlsoRunOperations = 'Can also run operations.';
export const canAlsoManageProjectsAnd = 'Can also manage projects and people.';
export const on = (roleWord: string, cluster: string) => `${roleWord} on ${cluster}`;
export const noRole = 'No role';

// Dialog.tsx
export const close = 'Close';

// ui/PasswordInput.tsx
export const showPassword = 'Show password';

// NewPassword.tsx
export const enterAPassword = 'Enter a password.';
export const useAtLeastCharactersThis = (shortestPassword: number, length: number) =>
  `Use at least ${shortestPassword} characters; this has ${length}. A short phrase works well.`;
export const password = 'Password';
export const atLeastCharactersAShort = (shortestPassword: number) =>
  `At least ${shortestPassword} characters. A short phrase works well.`;

// ConfirmDialog.tsx
export const theActionFailed = 'The action failed.';
export const cancel = 'Cancel';

// Table.tsx
export const actions = 'Actions';

// showToast.ts
export const dismiss = 'Dismiss';

// Age.tsx
export const stale = ', stale';

// SyncNote.tsx
export const showingDataFrom = (time: string, isStale: boolean) =>
  `Showing data from ${time}${isStale ? ' (stale)' : ''}.`;
export const ocimHasntReadItYet = 'Ocim hasn’t read it yet.';
export const gitlabsRateLimitDelaysTheSync = 'GitLab’s rate limit delays the sync';
export const ocimReadsTheProjectNext = 'Ocim reads the project as soon as the limit allows.';
export const ocimCouldntReadTheProject = (since: string) => `Ocim couldn’t read the project. ${since}`;

// ClusterCrumbs.tsx
export const clusters = 'Clusters';

// Unsaved.tsx
export const discardYourChanges = 'Discard your changes?';
export const discardChanges = 'Discard changes';
export const yourEditsHaventBeenSaved = 'Your edits haven’t been saved.';

// shared with the log-in page
export const changePassword = 'Change password';
export const couldntChangeThePassword = 'Couldn’t change the password';
export const email = 'Email';
export const enterAName = 'Enter a name.';
export const enterAnEmailAddress = 'Enter an email address.';
export const logOut = 'Log out';
export const ocim = 'Ocim';
export const passwordChanged = 'Password changed';
