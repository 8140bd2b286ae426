import { plural } from './plural';
export * from './words';

// _app/overview/-next.ts
export const gitlabSyncFailed = 'GitLab sync failed';
export const dataFreshness = 'Data freshness';
export const clusterOffline = 'Cluster offline';
export const pipelineFailed = 'Pipeline failed';

// _app/overview/-Attention.tsx
export const worstOf = (count: number, attentionTotal: number) => `worst ${count} of ${attentionTotal}`;
export const allClear = 'All clear';
export const allInstancesAreHealthyThe =
  'All instances are healthy, the latest pipelines passed and every project synced.';
export const viewError = 'View error';
export const viewProblems = 'View problems';
export const correctTheFiles = 'Correct the files';
export const viewInstance = 'View instance';

// _app/overview/-Counts.tsx
export const on = (instances: number, clusters: number) => `${instances} on ${plural(clusters, 'cluster')}`;

// _app/overview/index.tsx
export const theOverview = 'the overview';
export const latestEvents = 'Latest events';
export const allActivity = 'All activity';
export const noActivityYet = 'No activity yet.';
export const eachGitlabProjectDefinesOne =
  'Each GitLab project defines one cluster. Add one, and its instances are counted here.';
export const changed = 'changed ';
