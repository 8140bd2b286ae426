import * as z from 'zod/mini';
import { flag, oneOf, word, words } from '@/lib/schemas';

/** The search of the main page's address: every filter and the order. */
export const searchSchema = z.object({
  name: word,
  cluster: words,
  provider: words,
  release: words,
  lifecycle: words,
  health: words,
  pipeline: words,
  setting: words,
  problems: flag,
  sort: oneOf(['name', 'cluster', 'release', 'health', 'pipeline', 'changed']),
  descending: flag,
});

export type Search = z.infer<typeof searchSchema>;
