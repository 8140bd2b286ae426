export * from './words';

// usage/measures.ts
export const registeredUsers = 'Registered users';
export const activeUsers = 'Active users';
export const usersWhoLoggedInDuring = 'Users who logged in during the period';
export const courses = 'Courses';
export const allCourses = 'All courses';
export const hits = 'Hits';
export const pageViewsDuringThePeriod = 'Page views during the period';
export const since = (by: number, sign: string, count: string, dayWord: string) =>
  `${by === 0 ? 'unchanged' : `${sign}${count}`} since ${dayWord}`;

// usage/UsagePanel.tsx
export const aYear = 'A year';
export const collected = 'Collected ';
export const theUsage = 'the usage';
export const noDataForThisPeriod = 'No data for this period';
export const ocimCollectsUsageOnceA = 'Ocim collects usage once a day and on refresh.';
export const couldntCollectTheReportOf = (text: string) => `Couldn’t collect the report of ${text}`;
export const notInTheReport = 'Not in the report.';
export const loading = (name: string) => `Loading ${name}`;
export const showAsTable = 'Show as table';
export const to = (value: string, day: string) => `${value} to ${day}`;
