import type { Check, CheckName } from '@/api/types';
import type { Look } from '../status/looks';
import * as texts from '@/texts/projects';

/** All checks of a project, in the order they are made. */
export const checkNames: readonly CheckName[] = [
  'reachable',
  'token',
  'project',
  'branch',
  'layout',
  'push',
  'ci',
  'variables',
  'triggerToken',
  'webhook',
  'deployKey',
  'gateway',
  'sync',
];

export const checkWords: Record<CheckName, string> = {
  reachable: texts.gitlabConnection,
  token: texts.apiTokenAndScopes,
  project: texts.project,
  branch: texts.defaultBranch,
  layout: texts.clusterYmlAndInstances,
  push: texts.pushToTheDefaultBranch,
  ci: texts.ciCd,
  variables: texts.pipelineVariables,
  triggerToken: texts.triggerToken,
  webhook: texts.webhook,
  deployKey: texts.deployKey,
  gateway: texts.openfaasGateway,
  sync: texts.sync,
};

/** Without these, none that follows can be made; the gateway is no matter of GitLab. */
const foundations: readonly CheckName[] = ['reachable', 'token', 'project'];

export function blocks(failed: CheckName, next: CheckName): boolean {
  return foundations.includes(failed) && next !== 'gateway';
}

/** How a check stands: as it came out, or as it is being made. Broken is one that could not be asked for. */
export type CheckState = Check['state'] | 'waiting' | 'running' | 'blocked' | 'broken' | 'unknown';

export interface CheckRun {
  name: CheckName;
  state: CheckState;
  detail?: string | undefined;
  cure?: string | undefined;
  at?: string | undefined;
  /** The input to look at. */
  field?: CheckField | undefined;
}

export type CheckField = NonNullable<Check['field']>;

export const fieldWords: Record<CheckField, string> = {
  gitlabUrl: texts.server,
  project: texts.project,
  apiToken: texts.apiToken,
  triggerToken: texts.triggerToken,
  deployKey: texts.privateKey,
  gatewayUrl: texts.gateway,
  gatewayPassword: texts.password,
};

export const checkLooks: Record<CheckState, Look> = {
  passed: { shape: 'check', tone: 'ok', word: texts.passed },
  failed: { shape: 'cross', tone: 'bad', word: texts.failed },
  skipped: { shape: 'slash', tone: 'quiet', word: texts.skipped },
  waiting: { shape: 'dashed', tone: 'quiet', word: texts.waiting },
  running: { shape: 'spin', tone: 'busy', word: texts.checking },
  blocked: { shape: 'slash', tone: 'quiet', word: texts.notRun },
  broken: { shape: 'question', tone: 'warn', word: texts.unknown },
  unknown: { shape: 'question', tone: 'quiet', word: texts.notChecked },
};

export function runOf({ check, state, detail, cure, at, field }: Check): CheckRun {
  return { name: check, state, detail, cure, at, field };
}

/** “7 passed, 1 failed, 2 skipped”. */
export function summary(runs: readonly CheckRun[]): string {
  const running = runs.find((r) => r.state === 'running');
  if (running) return texts.checking2(checkWords[running.name]);
  const counted = (['passed', 'failed', 'skipped', 'broken'] as const)
    .map(
      (state) =>
        [runs.filter((r) => r.state === state).length, checkLooks[state].word.toLowerCase()] as const,
    )
    .filter(([count]) => count > 0);
  return counted.map(([count, word]) => `${count} ${word}`).join(', ');
}
