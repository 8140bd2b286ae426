export interface DiffLine {
  kind: 'add' | 'remove' | 'same' | 'gap';
  text: string;
  /** In the new file; of a removed line, in the old one. */
  number: number;
}

const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads a unified diff of one file. Between hunks is a gap. */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let inside = false;
  for (const line of diff.split('\n')) {
    const found = hunk.exec(line);
    if (found) {
      if (inside) lines.push({ kind: 'gap', text: '', number: 0 });
      before = Number(found[1]);
      after = Number(found[2]);
      inside = true;
    } else if (inside && line.startsWith('+'))
      lines.push({ kind: 'add', text: line.slice(1), number: after++ });
    else if (inside && line.startsWith('-'))
      lines.push({ kind: 'remove', text: line.slice(1), number: before++ });
    else if (inside && line.startsWith(' ')) {
      lines.push({ kind: 'same', text: line.slice(1), number: after++ });
      before++;
    }
  }
  return lines;
}
