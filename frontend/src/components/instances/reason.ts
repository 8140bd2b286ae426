import type { Instance } from '@/api/types';
import { isLive } from '@/api/status';
import * as texts from '@/texts/instances';

/** Why an instance needs a person, in one line, and what to do next where that is known. */
export interface Need {
  reason?: string | undefined;
  nextStep?: string | undefined;
}

/** Undefined when the instance needs nobody. */
export function needOf(instance: Instance): Need | undefined {
  const { health, site, pipeline, drift, problems } = instance;
  if (!isLive(instance)) return undefined;
  if (health.state === 'failed' || health.state === 'degraded') return health;
  if (site?.state === 'down' || site?.state === 'degraded') return site;
  if (pipeline?.status === 'failed') {
    return { reason: texts.theLatestPipelineFailed(pipeline.id), nextStep: texts.checkTheFirstErrorThen };
  }
  if (problems && problems.length > 0) return { reason: problems[0]?.message };
  return drift;
}

export const reasonOf = (instance: Instance): string | undefined => needOf(instance)?.reason;
