// activity/days.ts
export const someDay = 'Some day';

// activity/Subject.tsx
export const on = (name: string) => `on ${name}`;

// activity/words.ts
export const notRead = 'Not read';
export const readAgain = 'Read again';
export const lifecycle = 'Lifecycle';
export const pipeline = 'Pipeline';
export const health = 'Health';
export const readingFromGitlab = 'Reading from GitLab';
export const onlineOrNot = 'Online or not';
export const was = (word: string) => `Was ${word}.`;

// activity/Happening.tsx
export const pipeline2 = (pipeline: number) => `Pipeline #${pipeline}`;

// _app/activity/-Filters.tsx
export const filterTheActivity = 'Filter the activity';
export const cluster = 'Cluster';
export const allClusters = 'All clusters';
export const instance = 'Instance';
export const allInstances = 'All instances';
export const kind = 'Kind';
export const allKinds = 'All kinds';
export const onlyWhatWentWrong = 'Only what went wrong';
export const clearAll = 'Clear all';

// _app/activity/index.tsx
export const activity = 'Activity';
export const whatHappenedToTheClustersAnd =
  'What happened to the clusters and instances in the last 90 days.';
export const theActivity = 'The activity';
export const nothingAmongTheLatest = 'Nothing among the latest.';
export const showEarlier = 'Show earlier';
export const nothingMatches = 'Nothing matches';
export const clearTheFilters = 'Clear the filters';
export const nothingOfThatKindHappenedIn = 'Nothing of that kind happened in the last 90 days.';
export const nothingHasHappenedYet = 'Nothing has happened yet';
export const pipelinesThatEndAndChangesOf =
  'Pipelines that end, and changes of lifecycle, health and connection appear here.';
