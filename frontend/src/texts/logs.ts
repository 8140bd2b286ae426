// logs/FirstError.tsx
export const theRunnerItselfFailedRetryIt = 'The runner itself failed. Retry it.';
export const noRunnerTookItOrIt = 'No runner took it, or it took too long.';
export const itTookLongerThanTheProject = 'It took longer than the project allows.';
export const gitlabItselfFailedRetryIt = 'GitLab itself failed. Retry it.';
export const failedInTheStage = (name: string, stage: string) => `${name} failed in the stage ${stage}`;
export const theError = 'The error';
export const theLinesAroundIt = 'The lines around it';
export const nothingInItsLogLooksLike = 'Nothing in its log looks like an error; read its end.';
export const showItInTheLog = 'Show it in the log';

// logs/LogLine.tsx
export const linkToByte = (at: number) => `Link to byte ${at}`;
export const linkToLine = (number: number) => `Link to line ${number}`;

// logs/Search.tsx
export const searchTheLog = 'Search the log';
export const none = 'None';
export const ofText = (hit: number, hits: number) => `${hit} of ${hits}`;
export const inThisPart = ' in this part';
export const previousLineFound = 'Previous line found';
export const nextLineFound = 'Next line found';

// logs/LogViewer.tsx
export const logOf = (name: string) => `Log of ${name}`;
export const inGitlab = 'In GitLab';
export const download = 'Download';
export const follow = 'Follow';
export const closeTheLog = 'Close the log';
export const theLogCouldNotBeDownloaded = 'The log could not be downloaded.';
export const showWhatIsBefore = (size: string) => `Show what is before (${size})`;
export const outputOf = (name: string) => `Output of ${name}`;
export const home = 'Home';
export const nothingIsWrittenYet = 'Nothing is written yet.';
export const theLogIsEmptyOrGitlab = 'The log is empty, or GitLab has removed it.';
export const loadingTheLog = 'Loading: the log';
export const lines = 'Lines';
export const theLogCouldNotBeRead = 'The log could not be read further.';
export const theLogCouldNotBeRead2 = 'The log could not be read.';
export const showWhatFollows = (size: number, size2: string) =>
  `Show what follows${size > 0 ? ` (${size2})` : ''}`;

// logs/PipelineActions.tsx
export const cancelThePipeline = 'Cancel the pipeline';
export const itsRunningJobsAreStoppedWhere =
  'Its running jobs are stopped where they are and its waiting ones never start. What is deployed already stays; an instance may be left half deployed until the next pipeline.';
export const retryThePipeline = 'Retry the pipeline';
export const itsFailedAndCanceledJobsRun =
  'Its failed and canceled jobs run again, on the same commit. Jobs that succeeded do not. It is refused while another operation of the cluster runs.';
export const retry = 'Retry';
export const cancel = 'Cancel';
export const reason = 'Reason';
export const standsInTheHistoryMayStay = 'Stands in the history. May stay empty.';
