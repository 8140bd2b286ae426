import type { ReactNode } from 'react';
import { ErrorText } from '@/components/ErrorText';
import { SmallButton } from '@/components/SmallButton';
import { CloseButton } from '@/components/ui/CloseButton';
import { TextInput } from '@/components/ui/Field';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

/** A name with its value, while both are typed. */
export interface Pair {
  /** Identifies the row while its name is typed. */
  id: number;
  name: string;
  value: string;
}

export function pairsOf(values: Record<string, string>): Pair[] {
  return Object.entries(values).map(([name, value], id) => ({ id, name, value }));
}

export function valuesOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ name, value }) => [name.trim(), value]));
}

/** What a map cannot even hold, by the ids of rows; the rest is the API's to say. */
export function pairProblems(pairs: readonly Pair[]): Map<number, string> {
  const problems = new Map<number, string>();
  const seen = new Set<string>();
  for (const { id, name } of pairs) {
    if (name.trim() === '') problems.set(id, texts.enterAName);
    else if (seen.has(name.trim())) problems.set(id, texts.thisNameIsAlreadyListed);
    seen.add(name.trim());
  }
  return problems;
}

interface PairsProps {
  /** What a pair is: “variable”. */
  one: string;
  placeholder: string;
  about: ReactNode;
  pairs: readonly Pair[];
  /** What is wrong with one of them. */
  problemOf: (pair: Pair) => string | undefined;
  /** What is wrong with all together. */
  problem: string | undefined;
  onChange: (pairs: Pair[]) => void;
}

/** Names and values that are sent along. */
export function Pairs({ one, placeholder, about, pairs, problemOf, problem, onChange }: PairsProps) {
  const set = (id: number, to: Partial<Pair>) =>
    onChange(pairs.map((pair) => (pair.id === id ? { ...pair, ...to } : pair)));
  const next = Math.max(0, ...pairs.map(({ id }) => id + 1));
  const title = one.charAt(0).toUpperCase() + one.slice(1);
  return (
    <div className="stack gap-8">
      <p className="dim tiny">{about}</p>
      {pairs.map((pair, i) => (
        <div key={pair.id} className={classes.variable}>
          <TextInput
            aria-label={`${title} ${i + 1}`}
            placeholder={placeholder}
            value={pair.name}
            spellCheck={false}
            inputClassName="code"
            error={problemOf(pair)}
            onChange={(event) => set(pair.id, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={texts.valueOf(one, i + 1)}
            placeholder={texts.value}
            value={pair.value}
            spellCheck={false}
            inputClassName="code"
            onChange={(event) => set(pair.id, { value: event.currentTarget.value })}
          />
          <CloseButton
            size={24}
            aria-label={texts.remove2(pair.name, one, i)}
            onClick={() => onChange(pairs.filter(({ id }) => id !== pair.id))}
          />
        </div>
      ))}
      <ErrorText>{problem}</ErrorText>
      <div>
        <SmallButton onClick={() => onChange([...pairs, { id: next, name: '', value: '' }])}>
          {texts.add(one)}
        </SmallButton>
      </div>
    </div>
  );
}
