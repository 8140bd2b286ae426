import { renderHook } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { useColorScheme } from './useColorScheme';

afterEach(() => {
  localStorage.clear();
  delete document.documentElement.dataset.colorScheme;
});

test('a chosen color scheme shows at once and is kept as the first script of the page reads it', () => {
  const { result } = renderHook(() => useColorScheme());
  result.current[1]('dark');
  expect(document.documentElement.dataset.colorScheme).toBe('dark');
  expect(localStorage.getItem('ocim-color-scheme')).toBe('dark');
  result.current[1]('auto');
  expect(document.documentElement.dataset.colorScheme).toBeUndefined();
  expect(localStorage.getItem('ocim-color-scheme')).toBe('auto');
});
