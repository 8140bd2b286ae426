// usage/measures.ts
export const users = 'Users';
export const allThatAreRegistered = 'All that are registered';
export const activeUsers = 'Active users';
export const thoseWhoLoggedInDuringThe = 'Those who logged in during the period';
export const courses = 'Courses';
export const allThatThereAre = 'All that there are';
export const hits = 'Hits';
export const pageViewsDuringThePeriod = 'Page views during the period';
export const since = (by: number, sign: string, count: string, dayWord: string) =>
  `${by === 0 ? 'unchanged' : `${sign}${count}`} since ${dayWord}`;

// usage/UsagePanel.tsx
export const n30Days = '30 days';
export const n90Days = '90 days';
export const aYear = 'A year';
export const usage = 'Usage';
export const told = 'Told ';
export const spanOfTime = 'Span of time';
export const theUsage = 'The usage';
export const nothingIsKnownOfThisTime = 'Nothing is known of this time';
export const theClusterIsAskedOnceA =
  'The cluster is asked once a day and by Refresh, and what it tells is kept.';
export const theReportOfCouldNotBe = (text: string) => `The report of ${text} could not be had.`;
export const theReportDoesNotTellIt = 'The report does not tell it.';
export const loading = (name: string) => `Loading: ${name}`;
export const theSameAsATable = 'The same as a table';
export const period = 'Period';
export const to = (value: string, day: string) => `${value} to ${day}`;
