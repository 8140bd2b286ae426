import type { Container, Health, Pod } from '@/api/types';
import { duration, parseTime } from '@/lib/time';

/** Kubernetes' words for why a container does not run. */
const reasons: Partial<Record<string, string>> = {
  CrashLoopBackOff: 'It ends again and again; Kubernetes waits before it starts it once more',
  ImagePullBackOff: 'Its image cannot be pulled; Kubernetes waits before it tries again',
  ErrImagePull: 'Its image cannot be pulled',
  InvalidImageName: 'The name of its image is no image name',
  CreateContainerConfigError: 'A secret or a config map that it needs is missing',
  CreateContainerError: 'It cannot be made',
  RunContainerError: 'It cannot be started',
  ContainerCreating: 'It is being made',
  PodInitializing: 'It waits for the init containers',
  OOMKilled: 'It needed more memory than its limit',
  ContainerStatusUnknown: 'Its node does not tell how it ended',
  DeadlineExceeded: 'It took longer than it may',
  Completed: 'It has done its work',
  Error: 'It ended with an error',
};

function reasonWords(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : (reasons[reason] ?? reason);
}

/** What a container does now, in words. */
export function stateWords(c: Container): string {
  switch (c.state) {
    case 'running':
      return c.ready ? 'Running' : c.started ? 'Running, not ready' : 'Starting';
    case 'waiting':
      return reasonWords(c.reason) ?? 'Waits to be started';
    case 'terminated':
      return `${reasonWords(c.reason) ?? 'It ended'}${exit(c.exitCode)}`;
    case 'unknown':
      return 'Not started yet';
  }
}

/** How it ended the time before; undefined when it never did. */
export function lastWords({ last }: Container): string | undefined {
  if (!last) return undefined;
  const [start, end] = [parseTime(last.startedAt), parseTime(last.finishedAt)];
  const after = start && end ? `, after ${duration(end.getTime() - start.getTime())}` : '';
  return `${reasonWords(last.reason) ?? 'It ended'}${exit(last.exitCode)}${after}`;
}

function exit(code: number | undefined): string {
  return code === undefined || code === 0 ? '' : `, exit code ${code}`;
}

/** Why a pod is as it is, in one sentence; undefined when nothing is to say. */
export function podReason(pod: Pod): string | undefined {
  return pod.findings?.[0]?.reason ?? pod.scheduling ?? pod.message ?? reasonWords(pod.reason);
}

/** “1 of 2”: those that run to their end by themselves do not count. */
export function readyCount({ containers }: Pod): string {
  const lasting = containers.filter((c) => c.init !== true);
  return `${lasting.filter((c) => c.ready).length} of ${lasting.length}`;
}

const order: readonly Health[] = ['failed', 'degraded', 'unknown', 'progressing', 'healthy'];

/** What needs somebody stands first. */
export function worstFirst<T extends { health: Health; name: string }>(list: readonly T[]): T[] {
  return [...list].sort(
    (a, b) => order.indexOf(a.health) - order.indexOf(b.health) || a.name.localeCompare(b.name),
  );
}
