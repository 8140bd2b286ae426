import type { ReactNode } from 'react';

// operations/Queue.tsx
export const operationsInTheirOrder = 'Operations in their order';
export const waits = 'Waits';
export const bulkChange = 'bulk change';
export const ofA = (link: ReactNode) => <>, of a {link}</>;
export const withdraw = (value: string, namesOf: string) => `Withdraw ${value} ${namesOf}`;
export const withdraw2 = 'Withdraw';
export const itWasNotWithdrawn = 'It was not withdrawn.';
export const ofTheCluster = 'of the cluster';
export const andMore = (instance: string, count: number) => `${instance} and ${count} more`;

// operations/Effects.tsx
export const whatItCauses = 'What it causes';
export const becauseOf = (list: string) => (
  <>
    because of <code>{list}</code>
  </>
);

// operations/Diff.tsx
export const added = 'added';
export const removed = 'removed';
export const unchanged = 'unchanged';

// operations/Files.tsx
export const newText = 'new';
export const changed = 'changed';
export const groveWritesThemHereTheyHold =
  'Grove writes them. Here they hold what is overridden; what the cluster’s defaults set comes in addition.';
export const secretsChangeThatAreNotShown = (list: ReactNode) => (
  <>
    Secrets change that are not shown: <code>{list}</code>
  </>
);
export const thereIsNoDiffToShow = 'There is no diff to show: it is too long, or only secrets change.';
export const changesOf = (path: string) => `Changes of ${path}`;

// operations/Warnings.tsx
export const beforeYouGoOn = 'Before you go on';
export const notPossible = 'Not possible: ';
export const note = 'Note: ';
export const openItInGitlab = 'Open it in GitLab';

// operations/PreviewView.tsx
export const consequences = 'Consequences';
export const whatHappens = 'What happens';
export const itIsAboutTheWholeCluster = 'It is about the whole cluster.';
export const itTouches = (list: string) => `It touches ${list}.`;
export const changesInGit = 'Changes in git';
export const whatChangesInGit = 'What changes in git';
export const groveWritesTheInstancesFilesFrom =
  'Grove writes the instance’s files from the cluster’s defaults. Nothing of them is overridden.';
export const typicallyDoneAfterGitlabAcceptsIt = (roughly: string) =>
  `Typically done ${roughly} after GitLab accepts it`;
export const aGuessSinceNoneHasRun = (time: string) => `${time}; a guess, since none has run here yet.`;
export const byEarlier = (time: string, runs: number) =>
  `${time}, by ${runs} earlier ${runs === 1 ? 'run' : 'runs'}.`;
export const aboutMin = (round: number) => `about ${round} min`;
export const whatIsSentToGitlab = (part: ReactNode) => <>What is sent to GitLab: {part}</>;
export const requestToGitlab = 'Request to GitLab';

// operations/QueuePanel.tsx
export const runningAndWaiting = 'Running and waiting';
export const oneAfterAnother = 'One after another';
export const theQueue = 'The queue';

// operations/Protect.tsx
export const liftTheProtectionOf = (instance: string) => `Lift the protection of ${instance}?`;
export const protect = (instance: string) => `Protect ${instance}?`;
export const liftIt = 'Lift it';
export const protect2 = 'Protect';
export const protectedItWithoutProtectionItCan = (time: ReactNode, part: ReactNode) => (
  <>
    protected it, {time}
    {part}. Without protection it can be archived and deleted.
  </>
);
export const itCannotBeArchivedDeletedOr =
  'It cannot be archived, deleted or reprovisioned until the protection is lifted. Updates go on as before.';
export const reason = 'Reason';

// operations/OperationDialog.tsx
export const repositoryOfTheCode = 'Repository of the code';
export const branch = 'Branch';
export const thePreview = 'The preview';
export const nameTheCodeThatTheImages =
  'Name the code that the images are built of; then it stands here what happens.';
export const standsInTheHistoryAndIn =
  'Stands in the history and in the commit, for whoever looks later. May stay empty.';
export const thisCannotBeUndoneTypeTo = (name: string) => (
  <>
    This cannot be undone. Type <strong>{name}</strong> to confirm it.
  </>
);
export const type = (name: string) => `Type ${name}`;
export const itWasNotStarted = 'It was not started.';
export const leaveIt = 'Leave it';

// operations/ActionsMenu.tsx
export const actionsOn = (name: string) => `Actions on ${name}`;
export const actions = 'Actions';
export const unarchive = 'Unarchive';
export const archive = 'Archive';
export const buildImages = 'Build images';
export const liftTheProtection = 'Lift the protection';
export const reprovisionTheCluster = 'Reprovision the cluster';
export const deleteText = 'Delete';
export const archive2 = (name: string) => `Archive ${name}?`;
export const unarchive2 = (name: string) => `Unarchive ${name}?`;
export const deleteText2 = (name: string) => `Delete ${name}?`;
export const deleteForGood = 'Delete for good';
export const buildImagesFor = (cluster: string) => `Build images for ${cluster}`;
export const reprovisionTheCluster2 = (cluster: string) => `Reprovision the cluster ${cluster}?`;
export const reprovision = 'Reprovision';

// operations/ProtectedMark.tsx
export const protectedBy = 'Protected by';

// operations/RollBack.tsx
export const rollBack = (instance: string) => `Roll ${instance} back?`;
export const rollBack2 = 'Roll back';

// operations/UndeployedNotice.tsx
export const undeployedChanges = 'Undeployed changes';
export const notDeployed = (count: number, partial: boolean) =>
  `${count}${partial ? ' or more' : ''} ${count === 1 ? 'commit is' : 'commits are'} not deployed`;
export const noPipelineThatSucceededIsKnown = 'No pipeline that succeeded is known for this instance.';
export const sinceCommitTheLastThatA = (short: string) =>
  `Since commit ${short}, the last that a pipeline deployed.`;
export const whatYouSeeInGitIs = (text: string) => `${text} What you see in git is not what runs.`;
export const by = (author: string, time: ReactNode) => (
  <>
    , by {author}, {time}
  </>
);
export const andMore2 = (count: number) => `and ${count} more`;
export const rollBackToWhatIsDeployed = 'Roll back to what is deployed';
export const rollBackToBeforeIt = 'Roll back to before it';

// operations/Progress.tsx
export const progressEstimated = 'Progress, estimated';
export const itTakesLongerThanTheUsual = (time: string) => `It takes longer than the usual ${time}.`;
export const aboutDoneAtOrSo = (percent: number, time: string) => `About ${percent} %, done at ${time} or so`;
export const aGuessSinceNoneHasRun2 = '; a guess, since none has run here yet.';
export const byEarlier2 = (runs: number) => `, by ${runs} earlier.`;
export const itIsNextAndStartsAs = 'It is next, and starts as soon as the cluster is free.';
export const itWaitsForOtherOfThis = (ahead: number) =>
  `It waits for ${ahead} other ${ahead === 1 ? 'operation' : 'operations'} of this cluster.`;
export const withdrawIt = 'Withdraw it';

// compare/CompareChoice.tsx
export const anotherInstance = 'Another instance';
export const choose = 'Choose…';
export const anEarlierOperation = 'An earlier operation';
export const noneLeftACommit = 'None left a commit';
export const aCommit = 'A commit';
export const aCommitHas7To64 = 'A commit has 7 to 64 digits, 0 to f.';
export const compare = 'Compare';

// compare/CompareFiles.tsx
export const nothingDiffers = 'Nothing differs.';
export const loading = (name: string) => `Loading: ${name}`;
export const onlyIn = (second: string) => `only in ${second}`;
export const onlyIn2 = (first: string) => `only in ${first}`;

// operations/HistoryEntry.tsx
export const current = 'current';
export const rollBackToIt = 'Roll back to it';
export const theOperation = 'The operation';
export const deployment = (deploymentId: string) => `Deployment ${deploymentId}`;
export const commit = (short: string) => `, commit ${short}`;
export const fromCommit = (short: string) => `, from commit ${short}`;
export const followIt = 'Follow it';
export const itChangedNoFileByItself = 'It changed no file by itself: Grove does, when it is asked.';
export const itsPipelines = 'Its pipelines';
export const pipeline = (pipeline: number, actWords: string, time: ReactNode) => (
  <>
    Pipeline #{pipeline}: {actWords}, {time}
  </>
);
