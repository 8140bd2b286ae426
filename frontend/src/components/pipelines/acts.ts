import type { PipelineAct } from '@/api/types';

const words: Record<PipelineAct['act'], Record<PipelineAct['state'], string>> = {
  cancel: { asked: 'Cancellation asked for', done: 'Canceled', refused: 'Not canceled, as asked' },
  retry: { asked: 'Retry asked for', done: 'Retried', refused: 'Not retried, as asked' },
};

/** What a person did to a pipeline, in words. */
export function actWords(act: PipelineAct): string {
  return `${words[act.act][act.state]} by ${act.by}`;
}

/** Why they did it, and why it is not done. */
export function actNote({ reason, detail }: PipelineAct): string | undefined {
  const parts = [reason, detail].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' — ');
}
