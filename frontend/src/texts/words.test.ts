import { readdirSync, readFileSync } from 'node:fs';

/** Words that the interface does not use, each with the house term. */
const avoided: readonly (readonly [RegExp, string])[] = [
  [/\b(some|every|no)body\b/i, 'someone, everyone, no one'],
  [/\bwhoever\b|\banew\b|\bhitherto\b|\bthereof\b/i, 'plain English'],
  [/\basked for\b/i, 'requested'],
  [/\b(is|are|was|were|be) told\b|\btells (of|when)\b/i, 'notify, report'],
  [/\bfor good\b/i, 'permanently'],
  [/\bset by hand\b|\bby hand\b/i, 'overridden'],
  [/\bleft out\b|\bleave out\b/i, 'skip, remove'],
  [/\bmay stay empty\b|\bmay be left\b/i, 'optional'],
  [/\bsmall letters?\b|\bcapital letters?\b/i, 'lowercase, uppercase'],
  [/\bpresent password\b/i, 'current password'],
  [/\be-mail\b/i, 'email'],
  [/\bset-up link\b/i, 'setup link'],
  [/\bcancelled\b|\bcancelling\b|\bcolour\b|\bbehaviour\b|\bfavourite\b|\bcentre\b/i, 'American spelling'],
  [/\d %/, '1%, without a space'],
  [/\bwish(es)?\b/i, 'request'],
  [/\bcontract\b/i, 'Grove integration'],
  [
    /\bcould not\b|\bcannot\b|\bdo not\b|\bdoes not\b|\bis not\b|\bare not\b/i,
    'contractions: couldn’t, can’t',
  ],
  [/\bLeave it\b|\bFollow it\b|\bTry it\b|\bLook at\b/, 'a verb and what happens'],
  [/\blook (into|at) your mail\b/i, 'check your email'],
  [/\blog-in\b/i, 'login (noun), log in (verb)'],
  [/\bas many\b/i, 'a number with its noun'],
  [/[a-z] {2,}[a-z]/, 'one space'],
];

const texts = readdirSync('src/texts')
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .flatMap((name) =>
    readFileSync(`src/texts/${name}`, 'utf8')
      .split('\n')
      .map((line, i) => ({ place: `src/texts/${name}:${i + 1}`, line })),
  )
  // Comments and the names of the texts are not shown to anyone.
  .filter(({ line }) => !/^\s*(\/\/|\/\*\*|\*|import )/.test(line))
  .map(({ place, line }) => ({ place, text: line.replace(/^export const \w+ =/, '').replace(/^\s+/, '') }));

test('the catalog is read', () => {
  expect(texts.length).toBeGreaterThan(1000);
});

test.each(avoided)('no text has %s (use: %s)', (pattern) => {
  const found = texts.filter(({ text }) => pattern.test(text)).map(({ place, text }) => `${place} ${text}`);
  expect(found).toEqual([]);
});

/** The catalogs, with their sources. */
const catalogs = readdirSync('src/texts')
  .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
  .map((name) => ({ name: name.replace(/\.\w+$/, ''), source: readFileSync(`src/texts/${name}`, 'utf8') }));

test('no text stands in two catalogs: words.ts has what several need', () => {
  const places = new Map<string, string[]>();
  for (const { name, source } of catalogs) {
    for (const [, id = '', text = ''] of source.matchAll(/^export const (\w+) =\s*(['"].*['"]);$/gm)) {
      places.set(text, [...(places.get(text) ?? []), `${name} ${id}`]);
    }
  }
  expect([...places].filter(([, found]) => found.length > 1)).toEqual([]);
});

test('every text is used', () => {
  const users = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('texts/') && !file.includes('.test.'))
    .map((file) => readFileSync(`src/${file}`, 'utf8'));
  /** What the pages that import a catalog name; any catalog passes on what is in the shared ones. */
  const named = (catalog: string) =>
    users
      .filter((user) => user.includes(`@/texts/${catalog}'`) || /^(words|common|lib)$/.test(catalog))
      .flatMap((user) => [...user.matchAll(/exts\.(\w+)|import \{([^}]+)\} from '@\/texts/g)])
      .flatMap(([, member = '', imported = '']) => [member, ...imported.split(/\W+/)]);
  const unused = catalogs.flatMap(({ name, source }) => {
    const used = new Set(named(name));
    const all = [...source.matchAll(/^export const (\w+)/gm)].map(([, id = '']) => id);
    return all.filter((id) => !used.has(id)).map((id) => `${name} ${id}`);
  });
  expect(unused).toEqual([]);
});
