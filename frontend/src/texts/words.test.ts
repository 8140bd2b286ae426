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
