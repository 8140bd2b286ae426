import type { Attention } from '@/api/types';
import * as texts from '@/texts/overview';

export const reasonWords: Record<Attention['reason'], string> = {
  sync: texts.gitlabSyncFailed,
  stale: texts.dataFreshness,
  offline: texts.clusterOffline,
  project: texts.gitlabProject,
  health: texts.health,
  site: texts.site,
  pipeline: texts.pipelineFailed,
  files: texts.problemsInFiles,
  drift: texts.drift,
};

/** What is wrong with one cluster or instance, all reasons together. */
export interface Trouble {
  cluster: string;
  instance: string | undefined;
  /** The worst of its reasons. */
  severity: Attention['severity'];
  reasons: Attention[];
}

/** Reasons by what they are about, in the order in which the first of each comes. */
export function troublesOf(attention: readonly Attention[]): Trouble[] {
  const troubles = new Map<string, Trouble>();
  for (const reason of attention) {
    const { cluster, instance, severity } = reason;
    const key = `${cluster}/${instance ?? ''}`;
    const known = troubles.get(key);
    if (!known) troubles.set(key, { cluster, instance, severity, reasons: [reason] });
    else {
      known.reasons.push(reason);
      if (severity === 'failed') known.severity = severity;
    }
  }
  return [...troubles.values()];
}
