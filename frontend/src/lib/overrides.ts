import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import * as texts from '@/texts/lib';

export interface Overrides {
  values: Record<string, unknown>;
  /** Line of each key, counted from 1. */
  lines: Record<string, number>;
  problems: { line: number; column?: number; message: string }[];
}

const largest = 1_000_000;

/** Reads overrides as YAML: a map at the root, without the traps that YAML sets. Never throws. */
export function readOverrides(text: string): Overrides {
  const result: Overrides = { values: {}, lines: {}, problems: [] };
  if (text.length > largest) {
    result.problems.push({ line: 1, message: texts.atMost1Mb });
    return result;
  }
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false });
  for (const error of document.errors) {
    const { line, col } = counter.linePos(error.pos[0]);
    result.problems.push({ line, column: col, message: error.message });
  }
  if (result.problems.length > 0 || document.contents === null) return result;
  if (!isMap(document.contents)) {
    result.problems.push({
      line: 1,
      message: texts.enterKeysWithValuesSuch,
    });
    return result;
  }
  for (const { key } of document.contents.items) {
    if (!isScalar(key)) continue;
    result.lines[String(key.value)] = counter.linePos(key.range[0]).line;
  }
  try {
    result.values = document.toJS({ maxAliasCount: 50 }) as Record<string, unknown>;
  } catch (cause) {
    result.problems.push({
      line: 1,
      message: cause instanceof Error ? cause.message : texts.couldntParseTheYaml,
    });
  }
  return result;
}
