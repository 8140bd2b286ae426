import { expect, test, vi } from 'vitest';
import { LogStore, wholeLog } from './LogStore';

/** A log that is read by ranges, as GitLab's. */
function source(text: string) {
  const log = { text, reads: 0 };
  const read = (from: number, limit: number) => {
    log.reads++;
    const part = log.text.slice(from, from + limit);
    const next = from + part.length;
    return Promise.resolve({ from, next, size: log.text.length, text: part, more: next < log.text.length });
  };
  return { log, read };
}

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `line ${String(i).padStart(8, '0')} ${'x'.repeat(80)}\n`).join('');

test('a small log is there from its first line', async () => {
  const store = new LogStore(source('a\nb\nc').read);
  await store.open(undefined);
  expect(store.state.rows.map((r) => r.text)).toEqual(['a', 'b', 'c']);
  expect(store.state).toMatchObject({ loading: false, more: false, from: 0, size: 5 });
});

test('of a log of 10 MB only a window is kept: its end, what is linked, what one goes to', async () => {
  const { log, read } = source(lines(105_000));
  const store = new LogStore(read);
  await store.open(undefined);
  expect(store.state.next).toBe(log.text.length);
  expect(store.state.rows.at(-1)?.text).toContain('line 00104999');
  expect(store.state.rows.length).toBeLessThan(45_000);

  await store.earlier();
  await store.earlier();
  expect(store.state.rows.length).toBeLessThan(45_000);
  expect(store.state.more).toBe(true);

  const at = log.text.indexOf('line 00050000');
  await store.open(at);
  expect(store.state.rows.find((r) => r.at === at)?.text).toContain('line 00050000');
  for (let i = 0; i < 12; i++) await store.later();
  expect(store.state.rows.length).toBeLessThan(45_000);
  expect(store.state.from).toBe(store.state.rows[0]?.at);
});

test('while the job runs the end is followed; when it ends, a last time', async () => {
  vi.useFakeTimers();
  try {
    const { log, read } = source('a\n');
    const store = new LogStore(read);
    store.setRunning(true);
    await store.open(undefined);
    log.text += 'b\n';
    await vi.advanceTimersByTimeAsync(2_000);
    expect(store.state.rows.map((r) => r.text)).toEqual(['a', 'b']);
    log.text += 'c\n';
    store.setRunning(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.state.rows.map((r) => r.text)).toEqual(['a', 'b', 'c']);
    const before = log.reads;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.reads).toBe(before);
  } finally {
    vi.useRealTimers();
  }
});

test('a failure keeps what is there, and reading goes on from there', async () => {
  const { log, read } = source('a\n');
  let broken = false;
  const store = new LogStore((from, limit) =>
    broken ? Promise.reject(new Error('no answer')) : read(from, limit),
  );
  await store.open(undefined);
  broken = true;
  log.text += 'b\n';
  await store.later();
  expect(store.state.error?.message).toBe('no answer');
  expect(store.state.rows).toHaveLength(1);
  broken = false;
  await store.later();
  expect(store.state.error).toBeUndefined();
  expect(store.state.rows).toHaveLength(2);
});

test('a stopped store changes no more', async () => {
  const store = new LogStore(source('a\n').read);
  const opened = store.open(undefined);
  store.stop();
  await opened;
  expect(store.state.rows).toEqual([]);
});

test('the whole log as a file', async () => {
  const { read, log } = source(lines(20_000));
  const file = await wholeLog(read, new AbortController().signal);
  expect(file.size).toBe(log.text.length);
  expect(log.reads).toBe(2);
});
