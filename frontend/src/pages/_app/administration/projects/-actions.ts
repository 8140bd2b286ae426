/** What can be done to a project in a dialog; each has its place in the address. */
export const projectActions = [
  'apiToken',
  'triggerToken',
  'webhookSecret',
  'makeKey',
  'pasteKey',
  'gateway',
  'inspectorSecret',
  'remove',
] as const;

export type ProjectAction = (typeof projectActions)[number];

export type CredentialAction = Exclude<ProjectAction, 'remove'>;
