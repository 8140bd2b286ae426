import type { Look } from '../status/looks';
import * as texts from '@/texts/frame';

const kinds = [
  texts.recent,
  texts.needsAttention,
  texts.pipelines,
  texts.instances,
  texts.actions,
  texts.clusters,
  texts.releases,
  texts.configuration,
  texts.people,
  texts.pages,
  texts.commands,
] as const;

/** What it begins with, before anything is typed; the first two are not searched. */
const first: readonly string[] = [texts.recent, texts.needsAttention];
const shownFirst: readonly string[] = [...first, texts.clusters, texts.pages, texts.commands];

/** Something the palette finds. */
export interface Entry {
  kind: (typeof kinds)[number];
  id: string;
  label: string;
  about?: string;
  look?: Look;
  /** Found by what was typed, whatever its label says. */
  always?: boolean;
  run: () => void;
}

const mostOfAKind = 7;

/** Entries that hold all words of the text, by kind; those that begin with it come first. */
export function search(entries: readonly Entry[], text: string) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = entries.filter((entry) => {
    if (words.length === 0) return shownFirst.includes(entry.kind);
    if (first.includes(entry.kind)) return false;
    if (entry.always === true) return true;
    const hay = `${entry.label} ${entry.about ?? ''}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const word = words[0] ?? '';
  const rank = ({ label }: Entry) => {
    const at = label.toLowerCase().indexOf(word);
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
