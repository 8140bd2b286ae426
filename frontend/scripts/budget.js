// Adds up what a page loads before it can be used and fails when that is over budget. Sizes are gzipped
// kilobytes; the editor, the palette and charts come later and do not count.
import { readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);

/** @typedef {{ file: string, imports?: string[], css?: string[] }} Chunk */

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
    if (!chunk || seen.has(name)) return;
    seen.add(name);
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return [...files];
}

/** Parts of a page that the router splits off: its component. @param {string} page */
const component = (page) => Object.keys(manifest).filter((name) => name.startsWith(`src/pages/${page}?`));

const pages = [
  {
    name: 'log in',
    most: 152,
    entries: ['index.html', ...component('_guest.tsx'), ...component('_guest/login.tsx')],
  },
  ...Object.keys(manifest)
    .filter((name) => name.startsWith('src/pages/_app/') && !name.includes('/-'))
    .map((name) => ({
      name: name.replace('src/pages/_app/', '').replace(/\.tsx.*/, ''),
      most: 216,
      entries: ['index.html', ...component('_app.tsx'), name],
    })),
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
