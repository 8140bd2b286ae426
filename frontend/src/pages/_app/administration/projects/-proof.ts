import type { CheckName } from '@/api/types';
import type { CredentialAction } from './-actions';

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
