import type { Container, Health, Pod } from '@/api/types';
import { duration, parseTime } from '@/lib/time';
import * as texts from '@/texts/runtime';

/** Kubernetes' words for why a container does not run. */
const reasons: Partial<Record<string, string>> = {
  CrashLoopBackOff: texts.crashloopbackoffKubernetesIsWaitingBefore,
  ImagePullBackOff: texts.imagepullbackoffKubernetesIsWaitingBefore,
  ErrImagePull: texts.theImageCantBePulled,
  InvalidImageName: texts.theImageNameIsInvalid,
  CreateContainerConfigError: texts.aRequiredSecretOrConfig,
  CreateContainerError: texts.theContainerCantBeCreated,
  RunContainerError: texts.theContainerCantBeStarted,
  ContainerCreating: texts.creating,
  PodInitializing: texts.waitingForTheInitContainers,
  OOMKilled: texts.exceededItsMemoryLimitOomkilled,
  ContainerStatusUnknown: texts.theNodeDidntReportThe,
  DeadlineExceeded: texts.exceededItsDeadline,
  Completed: texts.completed,
  Error: texts.exitedWithAnError,
};

function reasonWords(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : (reasons[reason] ?? reason);
}

/** What a container does now, in words. */
export function stateWords(c: Container): string {
  switch (c.state) {
    case 'running':
      return c.ready ? texts.running : c.started ? texts.runningNotReady : texts.starting;
    case 'waiting':
      return reasonWords(c.reason) ?? texts.waitingToStart;
    case 'terminated':
      return `${reasonWords(c.reason) ?? texts.exited}${exit(c.exitCode)}`;
    case 'unknown':
      return texts.notStartedYet;
  }
}

/** How it ended the time before; undefined when it never did. */
export function lastWords({ last }: Container): string | undefined {
  if (!last) return undefined;
  const [start, end] = [parseTime(last.startedAt), parseTime(last.finishedAt)];
  const after = start && end ? texts.after(duration(end.getTime() - start.getTime())) : '';
  return `${reasonWords(last.reason) ?? texts.exited}${exit(last.exitCode)}${after}`;
}

function exit(code: number | undefined): string {
  return code === undefined || code === 0 ? '' : texts.exitCode(code);
}

/** Why a pod is as it is, in one sentence; undefined when nothing is to say. */
export function podReason(pod: Pod): string | undefined {
  return pod.findings?.[0]?.reason ?? pod.scheduling ?? pod.message ?? reasonWords(pod.reason);
}

/** “1 of 2”: those that run to their end by themselves do not count. */
export function readyCount({ containers }: Pod): string {
  const lasting = containers.filter((c) => c.init !== true);
  return texts.ofText(lasting.filter((c) => c.ready).length, lasting.length);
}

const order: readonly Health[] = ['failed', 'degraded', 'unknown', 'progressing', 'healthy'];

/** What needs somebody stands first. */
export function worstFirst<T extends { health: Health; name: string }>(list: readonly T[]): T[] {
  return [...list].sort(
    (a, b) => order.indexOf(a.health) - order.indexOf(b.health) || a.name.localeCompare(b.name),
  );
}

/** The pods of one workload, the worst first. */
export interface WorkloadPods {
  name: string;
  worst: Pod;
  ready: number;
  total: number;
}

/** One entry for each workload, the one with the worst pod first; a pod without one stands for itself. */
export function byWorkload(pods: readonly Pod[]): WorkloadPods[] {
  const found = new Map<string, WorkloadPods>();
  for (const pod of worstFirst(pods)) {
    const name = pod.workload ?? pod.name;
    const workload = found.get(name) ?? { name, worst: pod, ready: 0, total: 0 };
    workload.total += 1;
    workload.ready += pod.ready ? 1 : 0;
    found.set(name, workload);
  }
  return [...found.values()];
}
