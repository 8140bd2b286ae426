import { expect, test } from 'vitest';
import { readProjectAddress } from './projectAddress';

test.each([
  ['https://gitlab.com/grove/campus-aws', 'https://gitlab.com', 'grove/campus-aws'],
  [' https://gitlab.example.org:8443/a/b/c/ ', 'https://gitlab.example.org:8443', 'a/b/c'],
  ['https://gitlab.com/grove/campus-aws.git', 'https://gitlab.com', 'grove/campus-aws'],
  [
    'https://gitlab.com/grove/campus-aws/-/tree/main/instances?x=1#L2',
    'https://gitlab.com',
    'grove/campus-aws',
  ],
  ['https://ada:secret@gitlab.com/grove/campus-aws', 'https://gitlab.com', 'grove/campus-aws'],
])('%s is a project on a server', (text, server, path) => {
  expect(readProjectAddress(text)).toEqual({ server, path });
});

test.each([
  '4201',
  'grove/campus-aws',
  '',
  'https://gitlab.com',
  'https://gitlab.com/grove',
  'ssh://git@gitlab.com/a/b',
  'javascript:x/y',
])('%j is none', (text) => {
  expect(readProjectAddress(text)).toBeUndefined();
});
