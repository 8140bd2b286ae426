import { expect, test } from 'vitest';
import { aboutKey, type Knowledge, keysOf } from './known';

const row = (key: string, file: 'config.yml' | 'grove.yml', effects: string[]) => ({
  key,
  file,
  effects,
  type: 'text' as const,
  doc: `What ${key} holds`,
  source: 'tutor',
});

const known: Knowledge = {
  keys: [
    row('RUN_MYSQL', 'config.yml', ['leavesData', 'migrations']),
    row('RUN_*', 'config.yml', ['migrations']),
    row('PLATFORM_NAME', 'config.yml', []),
    row('RUN_*', 'grove.yml', []),
    row('PR_WATCHER', 'grove.yml', []),
  ],
  effects: [
    { effect: 'leavesData', words: 'leaves existing data behind', text: '' },
    { effect: 'migrations', words: 'runs migrations', text: '' },
  ],
};

test('each file has keys of its own; of other files none is known', () => {
  expect(keysOf(known, ['instances/demo/config.yml'])).toEqual({
    RUN_MYSQL: 'What RUN_MYSQL holds',
    PLATFORM_NAME: 'What PLATFORM_NAME holds',
  });
  expect(Object.keys(keysOf(known, ['config.yml', 'grove.yml']))).toContain('PR_WATCHER');
  expect(keysOf(known, ['requirements.txt'])).toEqual({});
  expect(keysOf(undefined, ['config.yml'])).toEqual({});
});

test('the first row of the file that fits says what a change causes', () => {
  const of = (file: string, key: string) => aboutKey(known, [file], key);
  expect(of('config.yml', 'RUN_MYSQL')).toEqual({
    doc: 'What RUN_MYSQL holds.',
    effect: 'Leaves existing data behind, runs migrations.',
    identity: true,
  });
  expect(of('config.yml', 'RUN_REDIS').effect).toBe('Runs migrations.');
  expect(of('grove.yml', 'RUN_REDIS').effect).toBe('');
  expect(of('config.yml', 'PLATFORM_NAME').effect).toBe('');
  expect(of('config.yml', 'MY_OWN')).toEqual({ doc: '', effect: '', identity: false });
});
