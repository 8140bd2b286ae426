import type { CheckName } from '@/api/types';
import type { CredentialDoing } from './-doings';

/** The checks that tell whether a change was good. */
export const provenBy: Record<CredentialDoing, readonly CheckName[]> = {
  apiToken: ['reachable', 'token', 'project', 'push'],
  triggerToken: ['triggerToken', 'variables'],
  webhookSecret: ['webhook'],
  makeKey: ['deployKey'],
  pasteKey: ['deployKey'],
  gateway: ['gateway'],
  inspectorSecret: ['gateway'],
};
