import { plural } from './plural';
import type { ReactNode } from 'react';
export * from './words';

// operations/Queue.tsx
export const queuedOperations = 'Queued operations';
export const bulkChange = 'bulk change';
export const partOfA = (link: ReactNode) => <>, part of a {link}</>;
export const withdraw = (value: string, namesOf: string) => `Withdraw ${value} ${namesOf}`;
export const withdraw2 = 'Withdraw';
export const couldntWithdrawTheOperation = 'Couldn’t withdraw the operation';
export const couldntResumeTheOperation = 'Couldn’t resume the operation';
export const waitingForALimit = 'Waiting for one of GitLab’s limits; Ocim tries again automatically.';
export const waitingForALimitUntil = (time: string) =>
  `GitLab’s limit was reached. Ocim retries automatically at ${time}.`;
export const waitingForASetting = 'Waiting for a changed setting. Resume when it is fixed.';
export const waitingForAnotherOperator =
  'Waiting: the person who requested it may no longer do it. Resume to take it over.';
export const andMore = (instance: string, count: number) => `${instance} and ${count} more`;

// operations/Effects.tsx
export const effects = 'Effects';
export const changed = (list: string) => (
  <>
    changed: <code>{list}</code>
  </>
);

// operations/Diff.tsx
export const added = 'added';
export const removed = 'removed';
export const unchanged = 'unchanged';

// operations/Files.tsx
export const newText = 'new';
export const groveWritesTheseFilesShown =
  'Grove writes these files. Shown here: your overrides, without the cluster’s defaults.';
export const secretsChangedHidden = (list: ReactNode) => (
  <>
    Secrets changed (hidden): <code>{list}</code>
  </>
);
export const noDiffItIsToo = 'No diff: it is too long, or only secrets changed.';
export const changesIn = (path: string) => `Changes in ${path}`;

// operations/Warnings.tsx
export const beforeYouContinue = 'Before you continue';
export const notPossible = 'Not possible: ';
export const note = 'Note: ';

// operations/PreviewView.tsx
export const affectsTheCluster = 'Affects the cluster.';
export const affects = (list: string) => `Affects ${list}.`;
export const gitChanges = 'Git changes';
export const groveWritesTheInstancesFiles =
  'Grove writes the instance’s files from the cluster’s defaults. No overrides.';
export const usuallyTakes = (time: string) => `Usually takes about ${time}`;
export const estimateNoEarlierRunsOn = (time: string) =>
  `${time} (estimate; no earlier runs on this cluster).`;
export const n = (time: string, runs: number) => `${time} (${plural(runs, 'earlier run')}).`;
export const requestToGitlab = (part: ReactNode) => <>Request to GitLab: {part}</>;
export const requestToGitlab2 = 'Request to GitLab';

// operations/QueuePanel.tsx
export const runningAndWaiting = 'Running and waiting';
export const oneAtATime = 'one at a time';
export const theQueue = 'the queue';

// operations/Protect.tsx
export const unprotect = (instance: string) => `Unprotect ${instance}?`;
export const protect = (instance: string) => `Protect ${instance}?`;
export const unprotect2 = 'Unprotect';
export const protect2 = 'Protect';
export const protectedItAnUnprotectedInstance = (time: ReactNode, part: ReactNode) => (
  <>
    protected it {time}
    {part}. An unprotected instance can be archived and deleted.
  </>
);
export const aProtectedInstanceCantBe =
  'A protected instance can’t be archived, deleted or reprovisioned. Updates still work.';

// operations/OperationDialog.tsx
export const codeRepository = 'Code repository';
export const enterTheRepositoryAndBranch = 'Enter the repository and branch to see the preview.';
export const youCantUndoThisType = (name: string) => (
  <>
    You can’t undo this. Type <strong>{name}</strong> to confirm.
  </>
);
export const type = (name: string) => `Type ${name}`;
export const couldntStartTheOperation = 'Couldn’t start the operation';

// operations/ActionsMenu.tsx
export const actionsOn = (name: string) => `Actions on ${name}`;
export const reprovisionCluster = 'Reprovision cluster';
export const archive2 = (name: string) => `Archive ${name}?`;
export const unarchive2 = (name: string) => `Unarchive ${name}?`;
export const deleteText2 = (name: string) => `Delete ${name}?`;
export const deletePermanently = 'Delete permanently';
export const buildImagesFor = (cluster: string) => `Build images for ${cluster}`;
export const reprovisionQuestion = (cluster: string) => `Reprovision ${cluster}?`;

// operations/ProtectedMark.tsx
export const protectedBy = 'Protected by';

// operations/RollBack.tsx
export const rollBackQuestion = (instance: string) => `Roll back ${instance}?`;
export const changesSinceTheLastDeployment = 'Changes since the last deployment';
export const deployAgain = (instance: string) => `Deploy ${instance}?`;

// operations/UndeployedNotice.tsx
export const undeployedChanges = 'Undeployed changes';
export const undeployed = (count: number, partial: boolean) =>
  `${count}${partial ? ' or more' : ''} undeployed ${count === 1 && !partial ? 'commit' : 'commits'}`;
export const noSuccessfulPipelineForThis = 'No successful pipeline for this instance yet.';
export const theDeployedCommitIs = (short: string) => `The deployed commit is ${short}.`;
export const theRunningInstanceDoesntMatch = (text: string) =>
  `${text} The running instance doesn’t match git.`;
export const by = (author: string, time: ReactNode) => (
  <>
    , by {author}, {time}
  </>
);
export const andMore2 = (count: number) => `and ${count} more`;
export const deployTheseChanges = 'Deploy these changes';
export const revertToTheDeployedVersion = 'Revert to the deployed version';
export const revertThisCommit = 'Revert this commit';

// operations/Progress.tsx
export const estimatedProgress = 'Estimated progress';
export const takingLongerThanUsual = (usual: string) => `Taking longer than the usual ${usual}`;
export const leftOfUsual = (percent: number, left: string, usual: string) =>
  `${percent}% · about ${left} of ${usual} left`;
export const estimateNoEarlierRunsOn2 = ' (estimate; no earlier runs on this cluster)';
export const n2 = (runs: number) => ` (${plural(runs, 'earlier run')})`;
export const nextInTheQueueStarts = 'Next in the queue. Starts when the cluster is idle.';
export const waitingForOnThisCluster = (ahead: number) =>
  `Waiting for ${plural(ahead, 'other operation')} on this cluster.`;

// compare/CompareChoice.tsx
export const anotherInstance = 'Another instance';
export const select = 'Select…';
export const anEarlierOperation = 'An earlier operation';
export const noCommits = 'No commits';
export const aCommit = 'A commit';
export const aCommitIs7To = 'A commit is 7 to 64 hexadecimal digits.';

// compare/CompareFiles.tsx
export const noDifferences = 'No differences';
export const loading = (name: string) => `Loading ${name}`;
export const onlyIn = (second: string) => `only in ${second}`;
export const onlyIn2 = (first: string) => `only in ${first}`;

// operations/HistoryEntry.tsx
export const current = 'current';
export const pipelineUndefinedRollBackTo = (pipeline: number | undefined) =>
  pipeline === undefined ? 'Roll back to this version' : `Roll back to #${pipeline}`;
export const deployment = (deploymentId: string) => `Deployment ${deploymentId}`;
export const commit = (short: string) => `, commit ${short}`;
export const restoredFromCommit = (short: string) => `, restored from commit ${short}`;
export const pipeline = (pipeline: number, actWords: string, time: ReactNode) => (
  <>
    Pipeline #{pipeline}: {actWords} {time}
  </>
);
export const identical = 'identical';
export const requiresTheOperatorRole = 'Requires the Operator role on this cluster';
export const noEarlierVersion = 'No earlier version is known';
export const requiresTheAdministratorRole = 'Requires the Administrator role';
export const protectedUnprotectItFirst = 'Protected; unprotect it first';
