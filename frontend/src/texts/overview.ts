// _app/overview/-next.ts
export const gitlabProjectNotRead = 'GitLab project not read';
export const stale = 'Stale';
export const clusterOffline = 'Cluster offline';
export const gitlabProject = 'GitLab project';
export const health = 'Health';
export const pipelineFailed = 'Pipeline failed';
export const filesWithProblems = 'Files with problems';
export const drift = 'Drift';

// _app/overview/-Attention.tsx
export const needsAttention = 'Needs attention';
export const theWorstOf = (count: number, attentionTotal: number) =>
  `the worst ${count} of ${attentionTotal}`;
export const nothingNeedsYou = 'Nothing needs you';
export const noInstanceIsFailedOrDegraded =
  'No instance is failed or degraded, no latest pipeline failed, and every project could be read and fares well.';
export const readWhereItFailed = 'Read where it failed';
export const lookAtTheProject = 'Look at the project';
export const seeTheProblems = 'See the problems';
export const lookAtTheCluster = 'Look at the cluster';
export const correctTheFiles = 'Correct the files';
export const lookAtTheInstance = 'Look at the instance';

// _app/overview/-Counts.tsx
export const noPipeline = 'No pipeline';
export const instances = 'Instances';
export const on = (instances: number, clusters: number) =>
  `${instances} on ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`;
export const lifecycle = 'Lifecycle';
export const latestPipeline = 'Latest pipeline';

// _app/overview/-Running.tsx
export const runningPipelines = 'Running pipelines';
export const noPipelineRuns = 'No pipeline runs.';
export const about = 'About';
export const status = 'Status';
export const pipeline = 'Pipeline';
export const updated = 'Updated';

// _app/overview/index.tsx
export const overview = 'Overview';
export const theOverview = 'The overview';
export const latestEvents = 'Latest events';
export const allActivity = 'All activity';
export const nothingHasHappenedYet = 'Nothing has happened yet.';
export const noClustersYet = 'No clusters yet';
export const addGitlabProject = 'Add GitLab project';
export const aClusterIsOneGitlabProject =
  'A cluster is one GitLab project. Add it, and its instances are counted here.';
export const youSeeTheClustersThatAn = 'You see the clusters that an administrator lets you see.';
