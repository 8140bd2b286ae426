// bulk/looks.ts
export const running = 'Running';
export const paused = 'Paused';
export const done = 'Done';
export const aborted = 'Aborted';
export const doneWithFailures = 'Done, with failures';
export const waiting = 'Waiting';
export const starting = 'Starting';
export const succeeded = 'Succeeded';
export const failed = 'Failed';
export const canceled = 'Canceled';
export const leftOut = 'Left out';

// _app/bulk/index.tsx
export const chooseInstances = 'Choose instances';
export const bulkChanges = 'Bulk changes';
export const oneChangeToManyInstancesIn =
  'One change to many instances, in waves that pause when something fails.';
export const newestFirst = 'Newest first';
export const theBulkChanges = 'The bulk changes';
export const noneYet = 'None yet';
export const chooseInstancesInTheListBy =
  'Choose instances in the list, by the boxes at their names, then say what to change.';
export const operatorsStartThemFromTheList = 'Operators start them from the list of instances.';
export const change = 'Change';
export const state = 'State';
export const keys = 'Keys';
export const instances = 'Instances';
export const why = 'Why';
export const by = 'By';
export const askedFor = 'Asked for';
export const showEarlierOnes = 'Show earlier ones';

// bulk/Board.tsx
export const itIsPausedNothingNewStarts = 'It is paused: nothing new starts.';
export const instancesByWave = 'Instances by wave';
export const instance = 'Instance';
export const cluster = 'Cluster';
export const operation = 'Operation';
export const detail = 'Detail';
export const firstAlone = 'First, alone';
export const wave = (place: number) => `Wave ${place}`;
export const followIt = 'Follow it';
export const theOperationOf = (instance: string) => `: the operation of ${instance}`;
export const tryText = (attempt: number) => `, try ${attempt}`;
export const instancesByState = 'Instances by state';

// bulk/targets.ts
export const on = (count: number, clusters: number) =>
  `${count} ${count === 1 ? 'instance' : 'instances'} on ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`;

// bulk/BulkActions.tsx
export const pause = 'Pause';
export const resumeWithoutThem = 'Resume without them';
export const resume = 'Resume';
export const retryTheThatFailed = (failed: number) => `Retry the ${failed} that failed`;
export const abort = 'Abort';
export const abortTheBulkChange = 'Abort the bulk change?';
export const leaveOut = (waiting: number) => `Leave out ${waiting}`;
export const theLeftAsTheyAreWhat = (waiting: number) =>
  `The ${waiting} ${waiting === 1 ? 'instance that waits is' : 'instances that wait are'} left as they are. What runs comes to its end, and what is live stays live.`;
export const itWasNotDone = 'It was not done.';

// _app/bulk/$bulk.tsx
export const bulkChange = 'Bulk change';
export const theBulkChange = 'The bulk change';
export const whatWasAskedFor = 'What was asked for';
export const sets = 'Sets';
export const unsets = 'Unsets';
export const askedForBy = 'Asked for by';
export const waves = 'Waves';
export const n1ThenAtOnce = (batch: number) => `1, then ${batch} at once`;
export const pausesAfter = 'Pauses after';
export const ended = 'Ended';

// bulk/keyChanges.ts
export const aKeyIsNeeded = 'A key is needed.';
export const keysFromTheRootDownWith = 'Keys from the root down, with dots between: GROVE_LMS_ENV.FEATURES.';
export const thisKeyIsChangedAboveAlready = 'This key is changed above already.';
export const aValueIsNeededIsAn = 'A value is needed; "" is an empty text.';
export const thisIsNotYaml = (message: string) => `This is not YAML: ${message}`;
export const thisCannotBeRead = 'This cannot be read.';

// bulk/KeyFields.tsx
export const keysToChange = 'Keys to change';
export const ofKey = (i: number) => ` of key ${i}`;
export const file = 'File';
export const file2 = (nth: string) => `File${nth}`;
export const whatToDo = 'What to do';
export const whatToDo2 = (nth: string) => `What to do${nth}`;
export const set = 'Set';
export const unset = 'Unset';
export const key = 'Key';
export const key2 = (nth: string) => `Key${nth}`;
export const value = 'Value';
export const value2 = (nth: string) => `Value${nth}`;
export const yamlATextANumberTrue = 'YAML: a text, a number, true, [a, b]';
export const leaveOutKey = (i: number) => `Leave out key ${i}`;
export const oneMoreKey = 'One more key';

// bulk/TargetList.tsx
export const leaveOut2 = (instance: string) => `Leave out ${instance}`;

// bulk/Compose.tsx
export const setOrUnsetKeys = 'Set or unset keys';
export const inConfigYmlOrGroveYml = 'In config.yml or grove.yml of each; the rest of the file stays.';
export const archive = 'Archive';
export const theyStopAndLeaveGit = 'They stop and leave git.';
export const unarchive = 'Unarchive';
export const theyComeBackAsTheyWere = 'They come back as they were.';
export const whatToDoWithEach = 'What to do with each';
export const theFirstInstanceGoesAloneIf = 'The first instance goes alone: if it fails, nothing else starts.';
export const thenAsManyAtOnce = 'Then as many at once';
export const n1To50InstancesAWave = '1 to 50 instances a wave';
export const pauseAfterAsManyFailures = 'Pause after as many failures';
export const nothingNewStartsUntilSomebodyDecides = 'Nothing new starts until somebody decides';
export const reason = 'Reason';
export const standsInTheHistoryOfEach =
  'Stands in the history of each instance, for whoever looks later. May stay empty.';
export const nothingIsSentBeforeYouHave = 'Nothing is sent before you have seen what it does.';
export const preview = 'Preview';

// bulk/Review.tsx
export const thePreview = 'The preview';
export const theBulkChangeWasNotStarted = 'The bulk change was not started.';
export const goesFirstAlone = (instance: string) => `${instance} goes first, alone.`;
export const nothingWouldChangeSoThereIs = 'Nothing would change, so there is nothing to start.';
export const nothingIsSentYet = 'Nothing is sent yet.';
export const noReasonIsGiven = 'No reason is given.';
export const reason2 = (reason: string) => `Reason: ${reason}`;
export const back = 'Back';
export const change2 = (count: string) => `Change ${count}`;
export const changeThem = 'Change them';
export const nothingToChange = 'Nothing to change';
export const theyAreLikeThisAlready = 'They are like this already';
export const theyAreArchivedUnarchiveThemFirst = 'They are archived; unarchive them first';
export const theyAreNotInGitStill = 'They are not in git: still being created, or deleted';
export const theyAreNotArchived = 'They are not archived';
export const theyAreProtectedLiftTheProtection = 'They are protected; lift the protection first';
export const nothingWouldChange = 'Nothing would change';
export const eachOfTheInstancesIsLeft = 'Each of the instances is left out; below stands why.';
export const theyChangeAlike = 'They change alike';
export const groupOfAlike = (i: number, count: number) => `Group ${i} of ${count}, alike`;
export const leftOut2 = (i: number) => `Left out, ${i}`;
export const oneAfterAnother = (count: number) => `${count}, one after another`;
export const first = 'First';
export const wave2 = (i: number) => `Wave ${i}`;
export const whatHappensToEach = 'What happens to each';
export const asInTheOthersAlike = (instance: string) => `, as in ${instance}; the others alike`;
export const whatChangesInGit = (example: string | false) => `What changes in git${example || ''}`;
export const groveChangesGitByItselfWhen = 'Grove changes git by itself, when it is asked.';

// _app/bulk/new.tsx
export const changeSeveralInstances = 'Change several instances';
export const thisIsWhatWouldHappenNothing = 'This is what would happen. Nothing is sent yet.';
export const oneChangeForAllOfThem =
  'One change for all of them, in waves: the first one alone, then the others.';
export const yourRoleDoesNotAllowThis = 'Your role does not allow this';
export const changingInstancesNeedsTheRoleOf =
  'Changing instances needs the role of an operator on their clusters. Ask an administrator.';
export const noInstanceIsChosen = 'No instance is chosen';
export const chooseThemInTheListBy = 'Choose them in the list, by the boxes at their names.';
export const loadingTheForm = 'Loading: the form';

// bulk/ChoiceBar.tsx
export const chosenInstances = 'Chosen instances';
export const chosen = (countOf: string, count: number, mostTargets: number) => (
  <>
    <strong>{countOf}</strong> chosen
    {count === mostTargets && `, and more than ${mostTargets} cannot be changed at once`}
  </>
);
export const chooseTheFirstThatMatch = (mostTargets: number) => `Choose the first ${mostTargets} that match`;
export const chooseAllThatMatch = (total: number) => `Choose all ${total} that match`;
export const chooseNone = 'Choose none';
export const changeThem2 = 'Change them…';
export const theyWereNotAllFound = 'They were not all found.';

// bulk/choiceColumn.tsx
export const chooseAllThatAreShown = 'Choose all that are shown';
export const chooseOn = (name: string, name2: string) => `Choose ${name} on ${name2}`;
