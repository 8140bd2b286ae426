import type { KeyChange } from '@/api/types';

/** One key to change, as it is typed. */
export interface KeyRow {
  id: number;
  file: KeyChange['file'];
  /** Keys from the root down, by dots. */
  path: string;
  act: 'set' | 'unset';
  /** YAML; of `set`. */
  value: string;
}

export const emptyRow = (id: number): KeyRow => ({ id, file: 'config.yml', path: '', act: 'set', value: '' });
