import type { Instance } from '@/api/types';
import { isLive } from '@/api/status';
import * as texts from '@/texts/instances';

/** Why an instance needs a person, in one line; undefined when it does not. */
export function reasonOf({
  lifecycle,
  health,
  site,
  pipeline,
  drift,
  problems,
}: Instance): string | undefined {
  if (!isLive({ lifecycle })) return undefined;
  if (health.state === 'failed' || health.state === 'degraded') return health.reason;
  if (site?.state === 'down' || site?.state === 'degraded') return site.reason;
  if (pipeline?.status === 'failed') return texts.theLatestPipelineFailed(pipeline.id);
  if (problems && problems.length > 0) return problems[0]?.message;
  if (drift) return drift.reason;
  return undefined;
}
