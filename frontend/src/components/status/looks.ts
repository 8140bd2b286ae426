import type { Cluster, Health, Lifecycle, OperationKind, OperationState } from '@/api/types';
import type { Urgency } from '@/api/status';
import type { Shape } from './Mark';

export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'quiet';

export interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}

export const lifecycleLooks: Record<Lifecycle, Look> = {
  pending: { shape: 'dashed', tone: 'busy', word: 'Pending' },
  active: { shape: 'check', tone: 'ok', word: 'Active' },
  archived: { shape: 'box', tone: 'quiet', word: 'Archived' },
  deleted: { shape: 'slash', tone: 'quiet', word: 'Deleted' },
};

export const healthLooks: Record<Health, Look> = {
  healthy: { shape: 'check', tone: 'ok', word: 'Healthy' },
  progressing: { shape: 'half', tone: 'busy', word: 'Progressing' },
  degraded: { shape: 'triangle', tone: 'warn', word: 'Degraded' },
  failed: { shape: 'cross', tone: 'bad', word: 'Failed' },
  unknown: { shape: 'question', tone: 'quiet', word: 'Unknown' },
};

/** Of what does not run as it was deployed. */
export const driftLook: Look = { shape: 'unequal', tone: 'warn', word: 'Drifted' };

const pipelineLooks: Partial<Record<string, Look>> = {
  created: { shape: 'dashed', tone: 'quiet', word: 'Created' },
  waiting_for_resource: { shape: 'dashed', tone: 'busy', word: 'Waiting for resource' },
  preparing: { shape: 'dashed', tone: 'busy', word: 'Preparing' },
  waiting_for_callback: { shape: 'dashed', tone: 'busy', word: 'Waiting for callback' },
  pending: { shape: 'dashed', tone: 'busy', word: 'Pending' },
  running: { shape: 'spin', tone: 'busy', word: 'Running' },
  success: { shape: 'check', tone: 'ok', word: 'Success' },
  failed: { shape: 'cross', tone: 'bad', word: 'Failed' },
  canceling: { shape: 'spin', tone: 'quiet', word: 'Canceling' },
  canceled: { shape: 'slash', tone: 'quiet', word: 'Canceled' },
  skipped: { shape: 'slash', tone: 'quiet', word: 'Skipped' },
  manual: { shape: 'pause', tone: 'quiet', word: 'Waits for a person' },
  scheduled: { shape: 'pause', tone: 'quiet', word: 'Scheduled' },
  deleted: { shape: 'question', tone: 'bad', word: 'Deleted in GitLab' },
};

/** A status that GitLab added since is shown as unknown, with its own word. */
export function pipelineLook(status: string): Look {
  return pipelineLooks[status] ?? { shape: 'question', tone: 'quiet', word: `Unknown: ${status}` };
}

export const operationLooks: Record<OperationState, Look> = {
  requested: { shape: 'dashed', tone: 'busy', word: 'Requested' },
  accepted: { shape: 'half', tone: 'busy', word: 'Accepted' },
  running: { shape: 'spin', tone: 'busy', word: 'Running' },
  succeeded: { shape: 'check', tone: 'ok', word: 'Succeeded' },
  failed: { shape: 'cross', tone: 'bad', word: 'Failed' },
  canceled: { shape: 'slash', tone: 'quiet', word: 'Canceled' },
};

export const onlineLooks: Record<Cluster['online']['state'], Look> = {
  online: { shape: 'check', tone: 'ok', word: 'Online' },
  offline: { shape: 'cross', tone: 'bad', word: 'Offline' },
  unknown: { shape: 'question', tone: 'quiet', word: 'Unknown' },
};

export const urgencyLooks: Record<Urgency, Look> = {
  failed: { shape: 'cross', tone: 'bad', word: 'failed' },
  degraded: { shape: 'triangle', tone: 'warn', word: 'needs attention' },
  moving: { shape: 'spin', tone: 'busy', word: 'in progress' },
  unknown: { shape: 'question', tone: 'quiet', word: 'health unknown' },
  fine: { shape: 'check', tone: 'ok', word: 'healthy' },
  gone: { shape: 'box', tone: 'quiet', word: 'archived' },
};

/** Of a contract that a cluster has for itself. */
export const ownLook: Look = { shape: 'half', tone: 'busy', word: 'Other than the default' };

export const operationWords: Record<OperationKind, string> = {
  create: 'Create',
  update: 'Update',
  archive: 'Archive',
  unarchive: 'Unarchive',
  delete: 'Delete',
  buildImages: 'Build images',
  reprovision: 'Reprovision',
};

const providerWords: Partial<Record<string, string>> = {
  aws: 'AWS',
  digitalocean: 'DigitalOcean',
  minikube: 'minikube',
};

export function providerWord(provider: string | undefined): string {
  return provider === undefined ? '—' : (providerWords[provider] ?? provider);
}
