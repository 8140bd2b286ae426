import { plural } from './plural';
// _app/overview/-next.ts
export const gitlabSyncFailed = 'GitLab sync failed';
export const dataFreshness = 'Data freshness';
export const clusterOffline = 'Cluster offline';
export const site = 'Site';
export const gitlabProject = 'GitLab project';
export const health = 'Health';
export const pipelineFailed = 'Pipeline failed';
export const problemsInFiles = 'Problems in files';
export const drift = 'Drift';

// _app/overview/-Attention.tsx
export const needsAttention = 'Needs attention';
export const worstOf = (count: number, attentionTotal: number) => `worst ${count} of ${attentionTotal}`;
export const allClear = 'All clear';
export const allInstancesAreHealthyThe =
  'All instances are healthy, the latest pipelines passed and every project synced.';
export const viewError = 'View error';
export const viewProject = 'View project';
export const viewProblems = 'View problems';
export const viewCluster = 'View cluster';
export const correctTheFiles = 'Correct the files';
export const viewInstance = 'View instance';

// _app/overview/-Counts.tsx
export const noPipeline = 'No pipeline';
export const instances = 'Instances';
export const on = (instances: number, clusters: number) => `${instances} on ${plural(clusters, 'cluster')}`;
export const lifecycle = 'Lifecycle';
export const latestPipeline = 'Latest pipeline';

// _app/overview/-Running.tsx
export const runningPipelines = 'Running pipelines';
export const noPipelinesRunning = 'No pipelines running.';
export const instance = 'Instance';
export const status = 'Status';
export const pipeline = 'Pipeline';
export const updated = 'Updated';

// _app/overview/index.tsx
export const overview = 'Overview';
export const theOverview = 'the overview';
export const latestEvents = 'Latest events';
export const allActivity = 'All activity';
export const noActivityYet = 'No activity yet.';
export const noClustersYet = 'No clusters yet';
export const addGitlabProject = 'Add GitLab project';
export const eachGitlabProjectDefinesOne =
  'Each GitLab project defines one cluster. Add one, and its instances are counted here.';
export const youDontHaveAccessTo = 'You don’t have access to any clusters. Ask an administrator.';
export const forDuration = 'for ';
export const changed = 'changed ';
