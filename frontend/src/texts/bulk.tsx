import { plural } from './plural';
export * from './words';

// bulk/looks.ts
export const aborted = 'Aborted';
export const doneWithFailures = 'Done with failures';

// _app/bulk/index.tsx
export const selectInstances = 'Select instances';
export const changeManyInstancesInWaves = 'Change many instances in waves. A failure pauses the rollout.';
export const newestFirst = 'Newest first';
export const theBulkChanges = 'the bulk changes';
export const noBulkChangesYet = 'No bulk changes yet';
export const selectInstancesWithTheCheckboxes =
  'Select instances with the checkboxes in the list, then choose what to change.';
export const operatorsStartBulkChangesFrom = 'Operators start bulk changes from the list of instances.';
export const keys = 'Keys';
export const requestedBy = 'Requested by';

// bulk/Board.tsx
export const pausedNoNewOperationsStart = 'Paused: no new operations start.';
export const instancesByWave = 'Instances by wave';
export const detail = 'Detail';
export const canary = 'Canary';
export const wave = (place: number) => `Wave ${place}`;
export const theOperationOf = (instance: string) => `the operation of ${instance}`;
export const attempt = (attempt: number) => `, attempt ${attempt}`;
export const instancesByState = 'Instances by state';

// bulk/TagChoice.tsx
export const addByTag = 'Add instances by tag';
export const chooseATag = 'Choose a tag';
export const tagged = (tag: string, count: number) => `${tag} (${plural(count, 'instance')})`;
export const addInstances = 'Add instances';

// bulk/targets.ts
export const on = (count: number, clusters: number) =>
  `${plural(count, 'instance')} on ${plural(clusters, 'cluster')}`;

// bulk/BulkActions.tsx
export const resumeWithoutRetrying = 'Resume without retrying';
export const retryFailed = (failed: number) => `Retry ${failed} failed`;
export const abort = 'Abort';
export const abortTheBulkChange = 'Abort the bulk change?';
export const skip = (waiting: number) => `Skip ${plural(waiting, 'instance')}`;
export const ocimSkipsTheStillWaiting = (waiting: number) =>
  `Ocim skips the ${plural(waiting, 'instance')} still waiting. Running operations continue, and deployed changes stay deployed.`;

// _app/bulk/$bulk.tsx
export const theBulkChange = 'the bulk change';
export const sets = 'Sets';
export const unsets = 'Unsets';
export const waves = 'Waves';
export const continuedBy = 'Continued by';
export const waitsUntilHealthy = 'Waits until each wave is healthy';
export const ignored = 'Not waited for';
export const usually = (time: string) => `usually about ${time}`;
export const canaryThenAtATime = (batch: number) => `Canary, then ${batch} at a time`;
export const pauseAfter = 'Pause after';
export const ended = 'Ended';

// bulk/keyChanges.ts
export const enterAKey = 'Enter a key.';
export const writeNestedKeysWithDots = 'Write nested keys with dots: GROVE_LMS_ENV.FEATURES.';
export const thisKeyIsAlreadyListed = 'This key is already listed above.';
export const enterAValueUseFor = 'Enter a value. Use "" for an empty string.';
export const invalidYaml = (message: string) => `Invalid YAML: ${message}`;
export const couldntParseTheValue = 'Couldn’t parse the value.';

// bulk/KeyFields.tsx
export const keysToChange = 'Keys to change';
export const ofKey = (i: number) => ` of key ${i}`;
export const file = 'File';
export const file2 = (nth: string) => `File${nth}`;
export const action2 = (nth: string) => `Action${nth}`;
export const set = 'Set';
export const unset = 'Unset';
export const key2 = (nth: string) => `Key${nth}`;
export const value2 = (nth: string) => `Value${nth}`;
export const yamlAStringANumber = 'YAML: text, 30, true, [a, b]';
export const removeKey = (i: number) => `Remove key ${i}`;
export const addKey = 'Add key';

// bulk/TargetList.tsx
export const remove = (instance: string) => `Remove ${instance}`;

// bulk/Compose.tsx
export const setOrUnsetKeys = 'Set or unset keys';
export const changesConfigYmlOrGrove =
  'Changes config.yml or grove.yml of each instance and leaves the rest of the file as it is.';
export const stopsEachInstanceAndRemoves = 'Stops each instance and removes it from git.';
export const restoresEachOneAsIt = 'Restores each one as it was.';
export const theCanaryGoesFirstIf = 'The canary goes first. If it fails, no other instance starts.';
export const changesFirstAndAlone = 'Changes first, alone';
export const firstThatWouldChange = 'First that would change';
export const waitUntilEachWaveIs = 'Wait until each wave is healthy';
export const instancesMustBeAsHealthy =
  'The next wave starts when every instance is at least as healthy as before. Ocim pauses after 15 minutes.';
export const instancesPerWave = 'Instances per wave';
export const n1To50 = '1 to 50';
export const pauseAfterThisManyFailures = 'Pause after this many failures';
export const noNewWavesStartUntil = 'No new waves start until you resume or abort';
export const savedInTheHistoryOf = 'Saved in the history of each instance and the commit message.';
export const youllReviewTheChangesBefore = 'You’ll review the changes before anything is sent.';

// bulk/Review.tsx
export const couldntStartTheBulkChange = 'Couldn’t start the bulk change';
export const canary2 = (instance: string) => `Canary: ${instance}.`;
export const noInstanceWouldChange = 'No instance would change.';
export const nothingHasBeenSent = 'Nothing has been sent.';
export const reason2 = (reason: string) => `Reason: ${reason}`;
export const back = 'Back';
export const change2 = (count: string) => `Change ${count}`;
export const changeInstances = 'Change instances';
export const noChange = 'No change';
export const alreadySet = 'Already set';
export const archivedUnarchiveThemFirst = 'Archived; unarchive them first';
export const notInGitStillBeing = 'Not in git: still being created, or deleted';
export const notArchived = 'Not archived';
export const protectedUnprotectThemFirst = 'Protected; unprotect them first';
export const nothingWouldChange = 'Nothing would change';
export const everyInstanceIsSkippedSee = 'Every instance is skipped; see the reasons below.';
export const sameChange = 'Same change';
export const groupOfSameChange = (i: number, count: number) => `Group ${i} of ${count}: same change`;
export const skippedGroup = (i: number) => `Skipped, group ${i}`;
export const takesAbout = (time: string, runs: number) =>
  runs === 0
    ? `Usually takes about ${time} in all (estimate; no earlier runs on these clusters).`
    : `Usually takes about ${time} in all (from ${plural(runs, 'earlier run')}).`;
export const plusHealth = 'Waiting for health takes longer.';
export const waves2 = (count: number) => plural(count, 'wave');
export const wave2 = (i: number) => `Wave ${i}`;
export const effectsOnEachInstance = 'Effects on each instance';
export const shownTheOthersAreIdentical = (instance: string) =>
  ` (${instance} shown; the others are identical)`;
export const gitChanges = (example: string | false) => `Git changes${example || ''}`;

// _app/bulk/new.tsx
export const previewNothingHasBeenSent = 'Preview: nothing has been sent';
export const ocimAppliesOneChangeTo =
  'Ocim applies one change to all selected instances in waves, starting with a canary.';
export const youNeedTheOperatorRole =
  'You need the Operator role on the clusters of these instances. Ask an administrator.';
export const noInstancesSelected = 'No instances selected';
export const selectInstancesWithTheCheckboxes2 = 'Select instances with the checkboxes in the list.';
export const loadingForm = 'Loading form';

// bulk/ChoiceBar.tsx
export const selectedInstances = 'Selected instances';
export const selected = (countOf: string, count: number, mostTargets: number) => (
  <>
    <strong>{countOf}</strong> selected{count === mostTargets && `; the limit is ${mostTargets}`}
  </>
);
export const selectTheFirstMatches = (mostTargets: number) => `Select the first ${mostTargets} matches`;
export const selectAllMatches = (total: number) => `Select all ${total} matches`;
export const clearSelection = 'Clear selection';
export const editSelected = 'Edit selected…';
export const couldntFindAllMatches = 'Couldn’t find all matches';

// bulk/choiceColumn.tsx
export const selectAllRows = 'Select all rows';
export const selectOn = (name: string, name2: string) => `Select ${name} on ${name2}`;
