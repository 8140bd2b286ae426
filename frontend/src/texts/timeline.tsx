import type { ReactNode } from 'react';
export * from './words';

export const changesOnly = 'Changes only';
export const theTimeline = 'the timeline';
export const noEventsYet = 'No events yet';
export const operationsPipelinesCommitsAndHealth =
  'Operations, pipelines, commits, notes and changes of health appear here.';
export const lastChangeBeforeTheInstance = 'Last change before the instance broke';
export const pipeline = (id: number) => `Pipeline #${id}`;
export const startedInGitlab = 'Started in GitLab';
export const undeployed = 'Undeployed';
export const changedBeforeItBroke = (
  what: ReactNode,
  person: string | undefined,
  changed: ReactNode,
  broke: ReactNode,
) => (
  <>
    The instance broke {broke}. Last change before: {what}
    {person !== undefined && ` by ${person}`}, {changed}.
  </>
);
