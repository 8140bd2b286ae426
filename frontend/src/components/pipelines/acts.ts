import type { PipelineAct } from '@/api/types';

const words: Record<PipelineAct['action'], Record<PipelineAct['state'], string>> = {
  cancel: { requested: 'Cancellation requested', done: 'Canceled', refused: 'Not canceled' },
  retry: { requested: 'Retry requested', done: 'Retried', refused: 'Not retried' },
};

/** What a person did to a pipeline, in words. */
export function actWords(act: PipelineAct): string {
  return `${words[act.action][act.state]} by ${act.by}`;
}

/** Why they did it, and why it is not done. */
export function actNote({ reason, detail }: PipelineAct): string | undefined {
  const parts = [reason, detail].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' — ');
}
