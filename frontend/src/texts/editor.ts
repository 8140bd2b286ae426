import { plural } from './plural';
export * from './words';

// yaml/help.ts
export const changingThisLeavesTheInstances = 'Changing this leaves the instance’s existing data behind.';

// files/FilesPanel.tsx
export const noFiles = 'No files';
export const atCommit = (short: string) => `at commit ${short}`;
export const readOnly = (path: string) => `${path} (read-only)`;
export const problems = 'Problems';
export const column = (column: number) => `, column ${column}`;
export const line = (file: string, line: number, text: string) => `${file}, line ${line}${text}`;

// editor/MergeDiff.tsx
export const and = (first: string, second: string) => `${first} and ${second}`;

// editor/Review.tsx
export const nothingHasBeenSent = 'Nothing has been sent';
export const couldntStartTheUpdate = 'Couldn’t start the update';
export const reasonIs = (reason: string) => `Reason: ${reason}`;
export const mergeTheirChanges = 'Merge their changes';
export const backToEditing = 'Back to editing';
export const secretsChangedHidden = 'Secrets changed (hidden):';
export const loadingChangesOf = (path: string) => `Loading changes of ${path}`;
export const changesIn = (path: string) => `Changes in ${path}`;

// editor/FileTabs.tsx
export const files = 'Files';
export const withProblems = 'with problems';
export const problemsIn = (path: string) => `Problems in ${path}`;
export const line2 = (line: number, column: string | false, message: string) =>
  `Line ${line}${column || ''}: ${message}`;
export const secretsAreMaskedAMasked =
  'Secrets are masked. A masked value keeps its current secret; type over it to change it.';

// editor/Form.tsx
export const platformName = 'Platform name shown to learners';
export const contactEmail = 'Contact email';
export const hosts = 'Hosts';
export const microFrontends = 'Micro-frontends';
export const openEdxRelease = 'Open edX release';
export const platformRepository = 'Platform repository';
export const platformBranchOrTag = 'Platform branch or tag';
export const pluginsOnePerLine = 'Plugins, one per line';
export const themeRepository = 'Theme repository';
export const themeBranchOrTag = 'Theme branch or tag';
export const couldntParseCorrectTheFile = (name: string) =>
  `Couldn’t parse ${name}. Correct the file to edit its keys here.`;
export const seeTheFile = 'See the file';
export const couldntWriteThis = (why: string) => `Couldn’t add this to the file: ${why}`;

// editor/MergeConflicts.tsx
export const theirs = 'Theirs';
export const mine = 'Mine';
export const bothTheirsFirst = 'Both, theirs first';
export const changedInTheMeantime = 'Changed in the meantime';
export const nowAtCommit = (short: string) => `now at commit ${short}`;
export const someoneElseChangedThisConfiguration =
  'Someone else changed this configuration while you were editing. Your edits are kept and applied on top.';
export const noOneElseChangedThis = 'No one else changed this file.';
export const youChangedDifferentLinesBoth = 'You changed different lines; both changes are kept.';
export const conflict = 'Conflict';
export const conflictOf = (i: number, count: number) => `Conflict ${i} of ${count}`;
export const theirChanges = 'Their changes';
export const loadingTheirChangesIn = (path: string) => `Loading their changes in ${path}`;
export const theirChangesIn = (path: string) => `Their changes in ${path}`;
export const allConflictsResolvedYouCan = 'All conflicts resolved. You can still edit the result.';
export const leftToResolve = (open: number) => `${plural(open, 'conflict')} left to resolve.`;
export const discardMyChanges = 'Discard my changes';
export const continueWithTheMerge = 'Continue with the merge';
export const base = 'base';
export const base2 = 'Base';
export const noSuchLine = 'no such line';

// editor/UpdateEditor.tsx
export const commonKeys = 'Common keys';
export const correctTheMarkedProblemsFirst = 'Correct the marked problems first.';
export const noChangesYet = 'No changes yet.';
export const changedYoullReviewTheChanges = (changed: number) =>
  `${plural(changed, 'file')} changed. You’ll review the changes before anything is sent.`;

// editor/Update.tsx
export const loadingEditor = 'Loading editor';
