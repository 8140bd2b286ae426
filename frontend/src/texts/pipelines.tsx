import type { ReactNode } from 'react';

// pipelines/acts.ts
export const cancellationRequested = 'Cancellation requested';
export const canceled = 'Canceled';
export const notCanceled = 'Not canceled';
export const retryRequested = 'Retry requested';
export const retried = 'Retried';
export const notRetried = 'Not retried';
export const by = (value: string, by: string) => `${value} by ${by}`;

// pipelines/Jobs.tsx
export const stages = 'Stages';
export const failedWhichIsAllowed = 'Failed, which is allowed';

// pipelines/PipelineTable.tsx
export const pipeline = 'Pipeline';
export const status = 'Status';
export const operation = 'Operation';
export const about = 'About';
export const took = 'Took';
export const updated = 'Updated';
export const none = 'None';
export const child = 'Child';
export const andMore = (rest: number) => ` and ${rest} more`;

// pipelines/Steps.tsx
export const itDidNotGetFurther = 'It did not get further.';
export const succeeded = 'Succeeded';
export const deployedAndSetAsActive = 'Deployed, and set as active.';
export const requested = 'Requested';
export const storedWaitsForItsClusterTo = 'Stored; waits for its cluster to be free.';
export const accepted = 'Accepted';
export const gitlabTookTheRequest = 'GitLab took the request.';
export const running = 'Running';
export const aPipelineDeploysItAbout25 = 'A pipeline deploys it; about 25 minutes.';
export const progress = 'Progress';
export const done = 'done';
export const now = 'now';
export const toCome = 'to come';
export const endedHere = 'ended here';
export const notReached = 'not reached';

// pipelines/OperationPanel.tsx
export const operation2 = (value: string) => `Operation: ${value}`;
export const theOperation = 'The operation';
export const askedForBy = (requestedBy: string, time: ReactNode) => (
  <>
    Asked for by {requestedBy}, {time}
  </>
);
export const whatItChangesInGit = (count: number) =>
  `What it changes in git: ${count} ${count === 1 ? 'file' : 'files'}`;
export const theOperationFailed = 'The operation failed.';
export const thePipeline = 'The pipeline';
export const pipeline2 = (id: number) => `Pipeline #${id}`;

// pipelines/OperationTable.tsx
export const operations = 'Operations';
export const state = 'State';
export const by2 = 'By';
export const why = 'Why';
export const askedFor = 'Asked for';

// pipelines/InstanceDeployments.tsx
export const pipelines = 'Pipelines';
export const noPipelines = 'No pipelines';
export const noneAboutThisInstanceIsKnown = 'None about this instance is known.';
export const pipeline3 = (id: number) => `pipeline #${id}`;
export const rollBackToIt = 'Roll back to it';
export const wholeHistory = 'Whole history';
export const noOperations = 'No operations';
export const ocimWasNotAskedForAny = 'Ocim was not asked for any lately.';
