import type { CheckName } from '@/api/types';

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

/** The checks that show whether a change was good. */
export const provenBy: Record<CredentialAction, readonly CheckName[]> = {
  apiToken: ['reachable', 'token', 'project', 'push'],
  triggerToken: ['triggerToken', 'variables'],
  webhookSecret: ['webhook'],
  makeKey: ['deployKey'],
  pasteKey: ['deployKey'],
  gateway: ['gateway'],
  inspectorSecret: ['gateway'],
};
