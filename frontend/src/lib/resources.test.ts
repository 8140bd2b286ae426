import { expect, test } from 'vitest';
import { memory, resources } from './resources';

test.each([
  [{ cpuMillis: 0, memoryBytes: 0 }, 'None'],
  [{ cpuMillis: 250, memoryBytes: 0 }, '0.25 cores'],
  [{ cpuMillis: 1000, memoryBytes: 2 ** 30 }, '1 core, 1 GiB'],
  [{ cpuMillis: 0, memoryBytes: 1536 * 2 ** 20 }, '1.5 GiB'],
  [{ cpuMillis: 2000, memoryBytes: 900 }, '2 cores, 900 B'],
])('%o is %s', (given, want) => {
  expect(resources(given)).toBe(want);
});

test('nothing is 0 B', () => {
  expect(memory(0)).toBe('0 B');
});
