import { diff3Merge } from 'node-diff3';

/** Lines that two people changed, each in another way. */
export interface Conflict {
  base: readonly string[];
  theirs: readonly string[];
  mine: readonly string[];
}

/** A stretch of a merged text: its lines, or what has to be decided first. */
export type Part = { lines: readonly string[] } | { conflict: Conflict };

/** What is kept of a conflict; both is theirs, then mine. */
export type Choice = 'theirs' | 'mine' | 'both';

/** Merges what two people made of a text, line by line. */
export function merge(base: string, theirs: string, mine: string): Part[] {
  return diff3Merge(theirs.split('\n'), base.split('\n'), mine.split('\n')).flatMap(({ ok, conflict }) => {
    if (ok) return [{ lines: ok }];
    return conflict ? neighbours({ base: conflict.o, theirs: conflict.a, mine: conflict.b }) : [];
  });
}

/** Different lines that stand beside one another are in no conflict: each is a key of its own. */
function neighbours(conflict: Conflict): Part[] {
  const { base, theirs, mine } = conflict;
  if (theirs.length !== base.length || mine.length !== base.length) return [{ conflict }];
  return base.map((line, i) => {
    const [a, b] = [theirs[i] ?? line, mine[i] ?? line];
    if (a === b || b === line) return { lines: [a] };
    return a === line ? { lines: [b] } : { conflict: { base: [line], theirs: [a], mine: [b] } };
  });
}

export function conflictsOf(parts: readonly Part[]): Conflict[] {
  return parts.flatMap((part) => ('conflict' in part ? [part.conflict] : []));
}

/** The merged text; undefined while a conflict is not decided. */
export function decided(parts: readonly Part[], choices: ReadonlyMap<Conflict, Choice>): string | undefined {
  const lines: string[] = [];
  for (const part of parts) {
    if ('lines' in part) lines.push(...part.lines);
    else {
      const choice = choices.get(part.conflict);
      if (choice === undefined) return undefined;
      lines.push(...linesOf(part.conflict, choice));
    }
  }
  return lines.join('\n');
}

export function linesOf({ theirs, mine }: Conflict, choice: Choice): readonly string[] {
  return { theirs, mine, both: [...theirs, ...mine] }[choice];
}
