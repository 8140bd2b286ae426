import { fileURLToPath } from 'node:url';

/** What the bundler knows of its modules. */
interface Modules {
  getModuleInfo(id: string): { importedIds: string[]; dynamicallyImportedIds: string[] } | null;
}

/** What as many pages need comes with the frame. */
const many = 8;

const src = fileURLToPath(new URL('./src/', import.meta.url));

/** Own modules that come with those at the start of the list, without waiting for anything else. */
function reached(modules: Modules, ...starts: string[]): Set<string> {
  const found = new Set<string>();
  const visit = (id: string) => {
    if (found.has(id) || !id.startsWith(src)) return;
    found.add(id);
    for (const next of modules.getModuleInfo(id)?.importedIds ?? []) visit(next);
  };
  for (const start of starts) {
    if (modules.getModuleInfo(src + start) === null) throw new Error(`there is no module ${start}`);
    visit(src + start);
  }
  return found;
}

/**
 * Puts what pages share into few files, which pack better than many small ones: `base` is what log-in and the pages
 * within the frame have in common, `guest` what else the log-in page needs, `frame` what else the frame and many pages
 * need. Dependencies follow the modules that need them.
 */
export function chunkOf() {
  let chunks: Map<string, string> | undefined;
  return (id: string, modules: Modules): string | null => {
    chunks ??= shared(modules);
    return chunks.get(id) ?? null;
  };
}

function shared(modules: Modules): Map<string, string> {
  const start = reached(modules, 'main.tsx');
  const component = (page: string) => `pages/${page}.tsx?tsr-split=component`;
  const login = reached(modules, component('_guest'), component('_guest/login'));
  const frame = reached(modules, component('_app'));
  const inside = pagesOf(modules, start);
  const chunks = new Map<string, string>();
  for (const [id, pages] of inside) if (pages >= many) chunks.set(id, 'frame');
  for (const id of frame) chunks.set(id, 'frame');
  for (const id of login) chunks.set(id, frame.has(id) || inside.has(id) ? 'base' : 'guest');
  for (const id of start) chunks.set(id, 'base');
  return chunks;
}

/** How many pages within the frame come with each module. */
function pagesOf(modules: Modules, start: Set<string>): Map<string, number> {
  const pages = [...start]
    .flatMap((id) => modules.getModuleInfo(id)?.dynamicallyImportedIds ?? [])
    .filter((id) => id.startsWith(`${src}pages/_app/`) && id.endsWith('?tsr-split=component'));
  const counts = new Map<string, number>();
  for (const page of new Set(pages)) {
    for (const id of reached(modules, page.slice(src.length))) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}
