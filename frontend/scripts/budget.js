// Adds up what a page loads at once, its first tab and what follows its first data included, and fails when that is
// over budget. Sizes are gzipped kilobytes. What opens later (dialogs, the palette, other tabs) does not count, nor do
// the editor and charts, which take the place of a plain text and of a table once they are there.
import { readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);

/** @typedef {{ file: string, name?: string, imports?: string[], css?: string[] }} Chunk */

const manifest = readManifest(await readFile(new URL('.vite/manifest.json', dist), 'utf8'));

/** @param {string} text @returns {Record<string, Chunk>} */
function readManifest(text) {
  /** @type {unknown} */
  const manifest = JSON.parse(text);
  return /** @type {Record<string, Chunk>} */ (manifest);
}

/**
 * Files that come with an entry, those that it imports statically included.
 * @param {string[]} entries
 */
function filesOf(entries) {
  /** @type {Set<string>} */
  const files = new Set();
  /** @type {Set<string>} */
  const seen = new Set();
  const visit = (/** @type {string} */ name) => {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`no chunk ${name}`);
    if (seen.has(name)) return;
    seen.add(name);
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return [...files];
}

/** Chunks by what they are found by, at least one. @param {(name: string, chunk: Chunk) => boolean} is */
function chunks(is) {
  const found = Object.entries(manifest)
    .filter(([name, chunk]) => is(name, chunk))
    .map(([name]) => name);
  if (found.length === 0) throw new Error(`no chunk: ${is.toString()}`);
  return found;
}

// What the document names, and what the log-in page and the frame come with (chunks.ts).
const html = await readFile(new URL('index.html', dist), 'utf8');
const start = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].flatMap(([, file]) =>
  chunks((_, chunk) => chunk.file === file),
);
const guest = chunks((_, { name }) => name === 'guest');
const frame = chunks((_, { name }) => name === 'frame');

/** Parts that pages wait for no longer than for their data. */
const parts = 'src/components/';
/** @type {Partial<Record<string, string[]>>} */
const soon = {
  'bulk/new': ['bulk/Compose.tsx'],
  'clusters/$cluster/index': [
    'about/AnnotationPanel.tsx',
    'files/FilesPanel.tsx',
    'runtime/RunningCluster.tsx',
  ],
  'clusters/$cluster/instances/$instance/index': ['runtime/Running.tsx'],
};

const pages = [
  { name: 'log in', most: 120, entries: [...start, ...guest, 'src/pages/_guest/-WithPasskey.tsx'] },
  ...chunks((name) => name.startsWith('src/pages/_app/') && !name.includes('/-')).map((entry) => {
    const name = entry.replace('src/pages/_app/', '').replace(/\.tsx.*/, '');
    const late = ['sidebar/ClusterTree.tsx', ...(soon[name] ?? [])].map((part) => parts + part);
    return { name, most: 190, entries: [...start, ...frame, entry, ...late] };
  }),
];

let over = 0;
for (const { name, most, entries } of pages) {
  let bytes = 0;
  for (const file of filesOf(entries))
    bytes += gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;
  const kilobytes = bytes / 1000;
  if (kilobytes > most) over++;
  process.stdout.write(
    `${kilobytes > most ? 'OVER ' : '     '}${kilobytes.toFixed(1).padStart(6)} of ${most} kB  ${name}\n`,
  );
}
if (over > 0) process.exitCode = 1;
// It has done its work, and is not to be served.
await rm(new URL('.vite', dist), { recursive: true });
