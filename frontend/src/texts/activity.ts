export * from './words';

// activity/days.ts
export const unknownDate = 'Unknown date';
export const wrongClock = 'In the future: a clock is wrong';

// activity/Subject.tsx
export const on = (name: string) => `on ${name}`;

// activity/words.ts
export const syncFailed = 'Sync failed';
export const syncRecovered = 'Sync recovered';
export const gitlabSync = 'GitLab sync';
export const connectivity = 'Connectivity';
export const protection = 'Protection';
export const isUnprotected = 'Unprotected';
export const tagsAre = (tags: string, before: string | undefined) =>
  [tags, ...(before === undefined || before === '' ? [] : [`before: ${before}`])].filter(Boolean).join('; ');
export const was = (word: string) => `Was ${word}.`;

// activity/ActivityEntry.tsx
export const pipeline2 = (pipeline: number) => `Pipeline #${pipeline}`;

// _app/activity/-Filters.tsx
export const filterActivity = 'Filter activity';
export const type = 'Type';
export const allTypes = 'All types';
export const failuresOnly = 'Failures only';

// _app/activity/index.tsx
export const clustersAndInstancesInThe = 'Clusters and instances in the last 90 days.';
export const theActivity = 'the activity';
export const noActivityInTheLast = 'No activity in the last 90 days matches these filters.';
export const noActivityYet = 'No activity yet';
export const finishedPipelinesAndChangesOf =
  'Finished pipelines and changes of lifecycle, health and connectivity appear here.';
