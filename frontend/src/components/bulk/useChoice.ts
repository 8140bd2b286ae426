import { useSessionStorage } from '@mantine/hooks';
import { useRef } from 'react';
import type { Instance, Target } from '@/api/types';
import { mostTargets, readTargets, sameTarget, writeTargets } from './targets';

/**
 * The instances that were chosen for a bulk change. It outlives filters, other pages and a reload, so that
 * one can choose some, look at one of them, and go on.
 */
export function useChoice() {
  const [kept, keep] = useSessionStorage<string[]>({
    key: 'ocim-chosen-instances',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const chosen = readTargets(kept);
  const last = useRef<Target>(undefined);
  const set = (targets: readonly Target[]) => keep(writeTargets(targets.slice(0, mostTargets)));
  const has = (target: Target) => chosen.some((t) => sameTarget(t, target));
  const without = (targets: readonly Target[]) =>
    chosen.filter((one) => !targets.some((t) => sameTarget(t, one)));
  const choose = (targets: readonly Target[], on: boolean) =>
    set(on ? [...without(targets), ...targets] : without(targets));
  return {
    chosen,
    has,
    choose,
    clear: () => set([]),
    /** Chooses an instance or lets go of it; with the shift key, all from the one before to it. */
    toggle: (target: Target, shown: readonly Instance[], range: boolean) => {
      const place = (t: Target | undefined) =>
        t === undefined ? -1 : shown.findIndex((i) => i.cluster === t.cluster && i.name === t.instance);
      const [from, to] = [place(last.current), place(target)];
      last.current = target;
      const span =
        range && from >= 0 && to >= 0
          ? shown
              .slice(Math.min(from, to), Math.max(from, to) + 1)
              .map(({ cluster, name }) => ({ cluster, instance: name }))
          : [target];
      choose(span, !has(target));
    },
  };
}

export type Choice = ReturnType<typeof useChoice>;
