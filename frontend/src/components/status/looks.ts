import type { Cluster, Health, Lifecycle, OperationKind, OperationState, Pipeline, Site } from '@/api/types';
import type { State } from '@/api/status';
import type { Shape } from './Mark';
import * as texts from '@/texts/status';

export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'quiet';

export interface Look {
  shape: Shape;
  tone: Tone;
  word: string;
}

export const lifecycleLooks: Record<Lifecycle, Look> = {
  pending: { shape: 'dashed', tone: 'busy', word: texts.pending },
  active: { shape: 'check', tone: 'ok', word: texts.active },
  archived: { shape: 'box', tone: 'quiet', word: texts.archived },
  deleted: { shape: 'slash', tone: 'quiet', word: texts.deleted },
};

export const healthLooks: Record<Health, Look> = {
  healthy: { shape: 'check', tone: 'ok', word: texts.healthy },
  progressing: { shape: 'half', tone: 'busy', word: texts.progressing },
  degraded: { shape: 'triangle', tone: 'warn', word: texts.degraded },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
  unknown: { shape: 'question', tone: 'quiet', word: texts.unknown },
};

/** Of what does not run as it was deployed. */
export const driftLook: Look = { shape: 'unequal', tone: 'warn', word: texts.drifted };

export const siteLooks: Record<Site['state'], Look> = {
  up: { shape: 'check', tone: 'ok', word: texts.siteUp },
  degraded: { shape: 'triangle', tone: 'warn', word: texts.siteDegraded },
  down: { shape: 'cross', tone: 'bad', word: texts.siteDown },
  unknown: { shape: 'question', tone: 'quiet', word: texts.unknown },
};

/** Of sites that do not answer, or only in part. */
export const siteFailingLook: Look = { shape: 'cross', tone: 'bad', word: texts.siteFails };

const pipelineLooks: Partial<Record<string, Look>> = {
  created: { shape: 'dashed', tone: 'quiet', word: texts.created },
  waiting_for_resource: { shape: 'dashed', tone: 'busy', word: texts.waitingForResource },
  preparing: { shape: 'dashed', tone: 'busy', word: texts.preparing },
  waiting_for_callback: { shape: 'dashed', tone: 'busy', word: texts.waitingForCallback },
  pending: { shape: 'dashed', tone: 'busy', word: texts.pending },
  running: { shape: 'spin', tone: 'busy', word: texts.running },
  success: { shape: 'check', tone: 'ok', word: texts.success },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
  canceling: { shape: 'spin', tone: 'quiet', word: texts.canceling },
  canceled: { shape: 'slash', tone: 'quiet', word: texts.canceled },
  skipped: { shape: 'slash', tone: 'quiet', word: texts.skipped },
  manual: { shape: 'pause', tone: 'quiet', word: texts.waitingForManualAction },
  scheduled: { shape: 'pause', tone: 'quiet', word: texts.scheduled },
  deleted: { shape: 'question', tone: 'bad', word: texts.deletedInGitlab },
};

/** A status that GitLab added since is shown as unknown, with its own word. */
export function pipelineLook(status: string): Look {
  return pipelineLooks[status] ?? { shape: 'question', tone: 'quiet', word: texts.unknown2(status) };
}

export const operationLooks: Record<OperationState, Look> = {
  requested: { shape: 'dashed', tone: 'busy', word: texts.requested },
  accepted: { shape: 'half', tone: 'busy', word: texts.accepted },
  running: { shape: 'spin', tone: 'busy', word: texts.running },
  succeeded: { shape: 'check', tone: 'ok', word: texts.succeeded },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
  canceled: { shape: 'slash', tone: 'quiet', word: texts.canceled },
};

export const onlineLooks: Record<Cluster['online']['state'], Look> = {
  online: { shape: 'check', tone: 'ok', word: texts.online },
  offline: { shape: 'cross', tone: 'bad', word: texts.offline },
  unknown: { shape: 'question', tone: 'quiet', word: texts.unknown },
};

export const stateLooks: Record<State, Look> = { ...healthLooks, archived: lifecycleLooks.archived };

/** Of a contract that a cluster has for itself. */
export const ownLook: Look = { shape: 'half', tone: 'busy', word: texts.otherThanTheDefault };

export const operationWords: Record<OperationKind, string> = {
  create: texts.create,
  update: texts.update,
  archive: texts.archive,
  unarchive: texts.unarchive,
  delete: texts.deleteText,
  buildImages: texts.buildImages,
  reprovision: texts.reprovision,
};

/** What an operation is called: an update that restores an earlier version is a rollback everywhere. */
export function operationTitle({
  kind,
  rolledBackTo,
}: {
  kind: OperationKind;
  rolledBackTo?: string | undefined;
}): string {
  return kind === 'update' && rolledBackTo !== undefined ? texts.rollback : operationWords[kind];
}

/** What the operation of a pipeline is called; undefined when it deploys nothing. */
export function pipelineTitle({
  operation,
  rolledBackTo,
}: Pick<Pipeline, 'operation' | 'rolledBackTo'>): string | undefined {
  return operation && operationTitle({ kind: operation, rolledBackTo });
}

const providerWords: Partial<Record<string, string>> = {
  aws: texts.aws,
  digitalocean: texts.digitalocean,
  minikube: texts.minikube,
};

export function providerWord(provider: string | undefined): string {
  return provider === undefined ? '—' : (providerWords[provider] ?? provider);
}
