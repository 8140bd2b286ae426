import { expect, test } from 'vitest';
import { readAnsi, withoutAnsi } from './ansi';

const looks = (line: string) => readAnsi(line).pieces.map(({ text, style }) => [text, style]);

test.each([
  ['plain', [['plain', {}]]],
  [
    '\x1b[32;1mgreen\x1b[0m rest',
    [
      ['green', { fg: 2, bold: true }],
      [' rest', {}],
    ],
  ],
  [
    '\x1b[91mbright\x1b[39mnone',
    [
      ['bright', { fg: 9 }],
      ['none', {}],
    ],
  ],
  ['\x1b[38;5;196mred', [['red', { fg: 9 }]]],
  ['\x1b[38;2;0;120;0mgreen', [['green', { fg: 2 }]]],
  ['\x1b[48;5;4;4mback', [['back', { bg: 4, underline: true }]]],
  ['\x1b[1m\x1b[22mnot bold', [['not bold', {}]]],
  [
    'a\x1b[0Kb',
    [
      ['a', {}],
      ['b', {}],
    ],
  ],
  ['\x1b]8;;https://example.org\x07link\x1b]8;;\x07', [['link', {}]]],
  [
    'cut off \x1b[3',
    [
      ['cut off ', {}],
      ['[3', {}],
    ],
  ],
  ['\x1b[38mnothing follows', [['nothing follows', {}]]],
])('%j', (line, expected) => {
  expect(looks(line)).toEqual(expected);
});

test('a look goes on in the next line until it is reset', () => {
  const { after } = readAnsi('\x1b[31mred');
  expect(readAnsi('still', after).pieces).toEqual([{ text: 'still', style: { fg: 1 } }]);
});

test('the text alone', () => {
  expect(withoutAnsi('\x1b[0K\x1b[36;1mUploading\x1b[0;m done')).toBe('Uploading done');
});
