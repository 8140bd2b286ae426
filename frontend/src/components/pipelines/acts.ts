import type { PipelineAct } from '@/api/types';
import * as texts from '@/texts/pipelines';

const words: Record<PipelineAct['action'], Record<PipelineAct['state'], string>> = {
  cancel: { requested: texts.cancellationRequested, done: texts.canceled, refused: texts.notCanceled },
  retry: { requested: texts.retryRequested, done: texts.retried, refused: texts.notRetried },
};

/** What a person did to a pipeline, in words. */
export function actWords(act: PipelineAct): string {
  return texts.by(words[act.action][act.state], act.by);
}

/** Why they did it, and why it is not done. */
export function actNote({ reason, detail }: PipelineAct): string | undefined {
  const parts = [reason, detail].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' — ');
}
