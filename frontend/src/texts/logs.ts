export * from './words';

// logs/FirstError.tsx
export const theRunnerFailedRetryThe = 'The runner failed. Retry the job.';
export const noRunnerPickedUpThe = 'No runner picked up the job, or it timed out.';
export const theJobExceededTheProjects = 'The job exceeded the project’s time limit.';
export const gitlabFailedRetryTheJob = 'GitLab failed. Retry the job.';
export const failedInStage = (name: string, stage: string) => `${name} failed in stage ${stage}`;
export const error = 'Error';
export const surroundingLines = 'Surrounding lines';
export const noErrorFoundInThe = 'No error found in the log; check its end.';
export const showInLog = 'Show in log';

// logs/LogLine.tsx
export const linkToByte = (at: number) => `Link to byte ${at}`;
export const linkToLine = (number: number) => `Link to line ${number}`;

// logs/Search.tsx
export const searchLog = 'Search log';
export const ofText = (hit: number, hits: number) => `${hit} of ${hits}`;
export const inThisPart = ' in this part';
export const previousMatch = 'Previous match';
export const nextMatch = 'Next match';

// logs/LogViewer.tsx
export const logOf = (name: string) => `Log of ${name}`;
export const couldntDownloadTheLog = 'Couldn’t download the log.';
export const showEarlierOutput = (size: string) => `Show earlier output (${size})`;
export const outputOf = (name: string) => `Output of ${name}`;
export const noOutputYet = 'No output yet.';
export const theLogIsEmptyOr = 'The log is empty, or GitLab removed it.';
export const couldntReadMoreOfThe = 'Couldn’t read more of the log.';
export const couldntReadTheLog = 'Couldn’t read the log.';
export const showLaterOutput = (size: number, size2: string) =>
  `Show later output${size > 0 ? ` (${size2})` : ''}`;

// logs/PipelineActions.tsx
export const cancelPipeline = 'Cancel pipeline';
export const runningJobsStopImmediatelyAnd =
  'Running jobs stop immediately and waiting jobs never start. An instance may stay partly deployed until the next pipeline.';
export const retryPipeline = 'Retry pipeline';
export const failedAndCanceledJobsRun =
  'Failed and canceled jobs run again on the same commit; successful jobs don’t. You can’t retry while another operation runs on the cluster.';
export const savedInTheHistory = 'Saved in the history.';
