import { plural } from './plural';
import type { ReactNode } from 'react';
export * from './words';

// pipelines/acts.ts
export const cancellationRequested = 'Cancellation requested';
export const notCanceled = 'Not canceled';
export const retryRequested = 'Retry requested';
export const retried = 'Retried';
export const notRetried = 'Not retried';
export const by = (value: string, by: string) => `${value} by ${by}`;

// pipelines/Jobs.tsx
export const stages = 'Stages';
export const failedAllowed = 'Failed (allowed)';

// pipelines/PipelineTable.tsx
export const child = 'Child';
export const andMore = (rest: number) => ` and ${rest} more`;

// pipelines/Steps.tsx
export const stoppedHere = 'Stopped here.';
export const deployed = 'Deployed.';
export const savedWaitingForTheCluster = 'Saved; waiting for the cluster to be idle.';
export const gitlabAcceptedTheRequest = 'GitLab accepted the request.';
export const aPipelineIsDeployingThe = 'A pipeline is deploying the change.';
export const done = 'done';
export const upcoming = 'upcoming';
export const endedHere = 'ended here';
export const notReached = 'not reached';

// pipelines/OperationPanel.tsx
export const operation2 = (value: string) => `Operation: ${value}`;
export const takenOverBy = (by: string) => `Continued by ${by}.`;
export const startedTwice = (pipelines: ReactNode) => (
  <>GitLab started this twice. Ocim cancels the duplicate: {pipelines}.</>
);
export const requestedBy = (requestedBy: string, time: ReactNode) => (
  <>
    Requested by {requestedBy} {time}
  </>
);
export const gitChanges = (count: number) => `Git changes: ${plural(count, 'file')}`;
export const theOperationFailed = 'The operation failed.';
export const pipeline2 = (id: number) => `Pipeline #${id}`;

// pipelines/InstanceDeployments.tsx
export const noPipelines = 'No pipelines';
export const noPipelineOfThisInstance = 'No pipeline of this instance yet.';
export const pipelineUndefinedRollBackTo = (pipeline: number | undefined) =>
  pipeline === undefined ? 'Roll back to this version' : `Roll back to #${pipeline}`;
export const byPerson = (name: string) => ` by ${name}`;
export const hideDetails = 'Hide details';
