export * from './words';

export const summaryOf = (instance: string) => `Summary of ${instance}`;
export const closeSummary = 'Close summary';
export const useTheArrowKeysTo = 'Use the arrow keys to move through the list, and Escape to close.';
export const pipeline = (id: number) => `Pipeline #${id}`;
export const lastChange = 'Last change';
export const by = (name: string) => ` by ${name}`;
export const ready = (count: number, total: number) => `${count} of ${total} ready`;
export const more = (count: number) => `and ${count} more`;
