// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { followShortcuts } from './keys';

function press(key: string, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, cancelable: true });
  Object.defineProperty(event, 'target', { value: target });
  return event;
}

test('a sequence counts within a second, and not while typing', () => {
  let at = 0;
  const run = vi.fn();
  const help = vi.fn();
  const listen = followShortcuts(
    () => [
      { keys: 'g i', does: '', run },
      { keys: '?', does: '', run: help },
    ],
    () => at,
  );
  listen(press('g'));
  listen(press('i'));
  expect(run).toHaveBeenCalledTimes(1);

  listen(press('g'));
  at += 1500;
  listen(press('i'));
  expect(run).toHaveBeenCalledTimes(1);

  const input = document.createElement('input');
  listen(press('g', input));
  listen(press('i', input));
  listen(press('?', input));
  expect(run).toHaveBeenCalledTimes(1);
  expect(help).not.toHaveBeenCalled();
  listen(press('?'));
  expect(help).toHaveBeenCalledTimes(1);
});
