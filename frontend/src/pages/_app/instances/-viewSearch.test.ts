// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import type { ViewList } from '@/api/types';
import { arrivalOf, queryOf, searchOf, settled } from './-viewSearch';

const view = (id: string, query: string) => ({
  id,
  name: id,
  query,
  shared: false,
  owner: 'u1',
  updatedAt: '2026-11-22T12:00:00Z',
});

const views = [view('v1', 'health=failed'), view('v2', 'sort=changed&descending=true')];
const plain: ViewList = { views };
const withDefault: ViewList = { views, default: 'v2' };

test('the same filters in another order are the same view', () => {
  expect(queryOf({ provider: ['aws'], health: ['failed', 'degraded'], sort: 'health', view: 'v1' })).toBe(
    'health=degraded&health=failed&provider=aws',
  );
  expect(queryOf({ health: ['degraded', 'failed'], provider: ['aws'] })).toBe(
    'health=degraded&health=failed&provider=aws',
  );
});

test('a view leads to its filters and order, and names itself', () => {
  expect(searchOf(view('v2', 'sort=changed&descending=true&health=failed'))).toMatchObject({
    sort: 'changed',
    descending: true,
    health: ['failed'],
    view: 'v2',
  });
});

describe('an address', () => {
  test.each([
    ['of nothing stays where no view is first', {}, plain, undefined],
    ['of nothing is the view that is first', {}, withDefault, 'v2'],
    ['of a view alone is the view', { view: 'v1' }, withDefault, 'v1'],
    ['of all instances stays', { view: 'all' }, withDefault, undefined],
    ['with a filter stays', { name: 'x' }, withDefault, undefined],
    ['of a changed view stays', { view: 'v1', name: 'x' }, withDefault, undefined],
    ['of a view that is gone stays', { view: 'v9' }, withDefault, undefined],
    ['stays until the views are known', {}, undefined, undefined],
  ] as const)('%s', (_what, search, list, id) => {
    expect(arrivalOf(search, list)?.view).toBe(id);
  });
});

test('what has nothing left of a view is all instances, in spite of a default', () => {
  expect(settled({ view: 'v1', sort: 'health', descending: false }, plain)).toEqual({});
  expect(settled({ view: 'v1' }, withDefault)).toEqual({ view: 'all' });
  expect(settled({ view: 'all', health: ['failed'] }, withDefault).view).toBeUndefined();
  expect(settled({ view: 'v1', health: ['failed'] }, withDefault).view).toBe('v1');
});
