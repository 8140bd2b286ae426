import type { Target } from '@/api/types';
import * as texts from '@/texts/bulk';

/** The most instances that one bulk change takes. */
export const mostTargets = 500;

export function sameTarget(a: Target, b: Target): boolean {
  return a.cluster === b.cluster && a.instance === b.instance;
}

/** Targets with others after them, each once, as many as a bulk change takes. */
export function addTargets(targets: readonly Target[], more: readonly Target[]): Target[] {
  const added = more.filter((one) => !targets.some((t) => sameTarget(t, one)));
  return [...targets, ...added].slice(0, mostTargets);
}

/** Targets with their cluster, in the order they first come. */
export function byCluster(targets: readonly Target[]): [cluster: string, instances: string[]][] {
  const found = new Map<string, string[]>();
  for (const { cluster, instance } of targets) {
    const names = found.get(cluster);
    if (names) names.push(instance);
    else found.set(cluster, [instance]);
  }
  return [...found];
}

/** “3 instances on 2 clusters”. */
export function countOf(targets: readonly Target[]): string {
  const clusters = byCluster(targets).length;
  return texts.on(targets.length, clusters);
}

/** Targets in an address: `on=campus-aws:ardmore,northgate`, once for each cluster. */
export function writeTargets(targets: readonly Target[]): string[] {
  return byCluster(targets).map(([cluster, names]) => `${cluster}:${names.join(',')}`);
}

export function readTargets(on: readonly string[]): Target[] {
  const targets: Target[] = [];
  for (const group of on) {
    const [cluster = '', names = ''] = group.split(':', 2);
    for (const instance of names.split(',')) {
      const target = { cluster, instance };
      if (cluster !== '' && instance !== '' && !targets.some((t) => sameTarget(t, target)))
        targets.push(target);
    }
  }
  return targets;
}
