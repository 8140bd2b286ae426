import { expect, test } from 'vitest';
import { completed, wantedOf } from './settingTerm';

test('a key is completed, and after it its values', () => {
  expect(wantedOf('PLU')).toEqual({ key: undefined, text: 'PLU' });
  expect(wantedOf('PLUGINS=for')).toEqual({ key: 'PLUGINS', text: 'for' });
  expect(wantedOf('PLUGINS~')).toEqual({ key: 'PLUGINS', text: '' });
  expect(wantedOf('=x')).toEqual({ key: undefined, text: '=x' });
  expect(wantedOf('two words=x')).toEqual({ key: undefined, text: 'two words=x' });
});

test('a completion is the whole condition', () => {
  expect(completed('PLU', 'PLUGINS')).toBe('PLUGINS');
  expect(completed('PLUGINS=for', 'forum')).toBe('PLUGINS=forum');
  expect(completed('PLUGINS~for', 'forum')).toBe('PLUGINS~forum');
});
