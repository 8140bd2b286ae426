// activity/days.ts
export const unknownDate = 'Unknown date';
export const wrongClock = 'In the future: a clock is wrong';

// activity/Subject.tsx
export const on = (name: string) => `on ${name}`;

// activity/words.ts
export const syncFailed = 'Sync failed';
export const syncRecovered = 'Sync recovered';
export const lifecycle = 'Lifecycle';
export const pipeline = 'Pipeline';
export const health = 'Health';
export const gitlabSync = 'GitLab sync';
export const drift = 'Drift';
export const connectivity = 'Connectivity';
export const rollback = 'Rollback';
export const protection = 'Protection';
export const isProtected = 'Protected';
export const isUnprotected = 'Unprotected';
export const note = 'Note';
export const tags = 'Tags';
export const changed = 'Changed';
export const removed = 'Removed';
export const tagsAre = (tags: string, before: string | undefined) =>
  [tags, ...(before === undefined || before === '' ? [] : [`before: ${before}`])].filter(Boolean).join('; ');
export const was = (word: string) => `Was ${word}.`;

// activity/ActivityEntry.tsx
export const pipeline2 = (pipeline: number) => `Pipeline #${pipeline}`;

// _app/activity/-Filters.tsx
export const filterActivity = 'Filter activity';
export const cluster = 'Cluster';
export const allClusters = 'All clusters';
export const instance = 'Instance';
export const allInstances = 'All instances';
export const type = 'Type';
export const allTypes = 'All types';
export const failuresOnly = 'Failures only';
export const clearAll = 'Clear all';

// _app/activity/index.tsx
export const activity = 'Activity';
export const clustersAndInstancesInThe = 'Clusters and instances in the last 90 days.';
export const theActivity = 'the activity';
export const noMatchesAmongTheMost = 'No matches among the most recent entries.';
export const showEarlier = 'Show earlier';
export const noResults = 'No results';
export const clearFilters = 'Clear filters';
export const noActivityInTheLast = 'No activity in the last 90 days matches these filters.';
export const noActivityYet = 'No activity yet';
export const finishedPipelinesAndChangesOf =
  'Finished pipelines and changes of lifecycle, health and connectivity appear here.';
