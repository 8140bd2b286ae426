import type { CheckName } from '@/api/types';

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

/** The checks that tell whether a change was good. */
export const provenBy: Record<CredentialDoing, readonly CheckName[]> = {
  apiToken: ['reachable', 'token', 'project'],
  triggerToken: ['triggerToken'],
  webhookSecret: ['webhook'],
  makeKey: ['deployKey'],
  pasteKey: ['deployKey'],
  gateway: ['gateway'],
  inspectorSecret: ['gateway'],
};
