/** What can be done to a project in a dialog; each has its place in the address. */
export const doings = [
  'apiToken',
  'triggerToken',
  'webhookSecret',
  'makeKey',
  'pasteKey',
  'gateway',
  'inspectorSecret',
  'remove',
] as const;

export type Doing = (typeof doings)[number];

export type CredentialDoing = Exclude<Doing, 'remove'>;
