/** How a piece of terminal output looks. Colors are the terminal's sixteen, 0 to 15. */
export interface Style {
  fg?: number;
  bg?: number;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
}

export interface Piece {
  text: string;
  style: Style;
}

/** Nothing set. */
export const bare: Style = {};

const sequence = /\x1b(?:\[([0-9;:?]*)([A-Za-z])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][0-9A-Za-z]|[=>78])?/g;

/** Parts a line into pieces of one look each. Sequences that are not about looks are dropped. */
export function readAnsi(line: string, before: Style = bare): { pieces: Piece[]; after: Style } {
  const pieces: Piece[] = [];
  let style = before;
  let from = 0;
  for (const match of line.matchAll(sequence)) {
    if (match.index > from) pieces.push({ text: line.slice(from, match.index), style });
    from = match.index + match[0].length;
    if (match[2] === 'm') style = restyle(style, match[1] ?? '');
  }
  if (from < line.length) pieces.push({ text: line.slice(from), style });
  return { pieces, after: style };
}

/** The text alone. */
export function withoutAnsi(line: string): string {
  return line.includes('\x1b') ? line.replace(sequence, '') : line;
}

function restyle(before: Style, codes: string): Style {
  let style: Style = { ...before };
  const list = codes.split(/[;:]/).map(Number);
  for (let i = 0; i < list.length; i++) {
    const code = list[i] ?? 0;
    if (code === 0) style = {};
    else if (code === 38 || code === 48) {
      const [color, used] = extended(list.slice(i + 1));
      i += used;
      if (color !== undefined) style[code === 38 ? 'fg' : 'bg'] = color;
    } else apply(style, code);
  }
  return style;
}

function apply(style: Style, code: number): void {
  if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 3) style.italic = true;
  else if (code === 4) style.underline = true;
  else if (code === 22) {
    delete style.bold;
    delete style.dim;
  } else if (code === 23) delete style.italic;
  else if (code === 24) delete style.underline;
  else if (code === 39) delete style.fg;
  else if (code === 49) delete style.bg;
  else if (code >= 30 && code <= 37) style.fg = code - 30;
  else if (code >= 40 && code <= 47) style.bg = code - 40;
  else if (code >= 90 && code <= 97) style.fg = code - 82;
  else if (code >= 100 && code <= 107) style.bg = code - 92;
}

/** A color of 256 or of 16 million as the nearest of the sixteen, so that it stays readable on any ground. */
function extended([kind, a = 0, b = 0, c = 0]: number[]): [color: number | undefined, used: number] {
  if (kind === 2) return [nearest(a, b, c), 4];
  if (kind !== 5) return [undefined, 1];
  if (a < 16) return [a, 2];
  if (a >= 232) return [a < 244 ? 8 : 7, 2];
  const cube = a - 16;
  return [nearest(Math.floor(cube / 36) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51), 2];
}

function nearest(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  if (most < 48) return 0;
  const bit = (part: number) => (part > most * 0.6 ? 1 : 0);
  return bit(red) + 2 * bit(green) + 4 * bit(blue) + (most > 200 ? 8 : 0);
}
