import type { State } from '@/api/status';
import * as texts from '@/texts/frame';

const kinds = [texts.instances, texts.clusters, texts.pages, texts.commands] as const;

/** Something the palette finds. */
export interface Entry {
  kind: (typeof kinds)[number];
  id: string;
  label: string;
  about?: string;
  state?: State;
  run: () => void;
}

const mostOfAKind = 7;

/** Entries that hold all words of the text, by kind; those that begin with it come first. */
export function search(entries: readonly Entry[], text: string) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = entries.filter((entry) => {
    const hay = `${entry.label} ${entry.about ?? ''}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const first = words[0] ?? '';
  const rank = ({ label }: Entry) => {
    const at = label.toLowerCase().indexOf(first);
    return at === 0 ? 0 : at > 0 ? 1 : 2;
  };
  return kinds
    .map((kind) => ({
      kind,
      found: hits
        .filter((entry) => entry.kind === kind)
        .sort((a, b) => rank(a) - rank(b))
        .slice(0, mostOfAKind),
    }))
    .filter((group) => group.found.length > 0);
}
