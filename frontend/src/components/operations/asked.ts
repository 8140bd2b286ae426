/** The actions of an instance that an address may open. */
export const askedActions = [
  'rollBack',
  'archive',
  'unarchive',
  'delete',
  'buildImages',
  'reprovision',
] as const;

export type AskedAction = (typeof askedActions)[number];
