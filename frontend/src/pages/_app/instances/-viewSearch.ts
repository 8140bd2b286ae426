import { useQuery } from '@tanstack/react-query';
import { viewsQuery } from '@/api/queries/views';
import type { View, ViewList } from '@/api/types';
import { parseSearch, stringifySearch } from '@/lib/search';
import { isFiltered } from './-filter';
import { defaults, readSearch, type Search } from './-search';

/** In the address, in place of a view's id: all instances, though there is a default view. */
export const everything = 'all';

/** A search as it is kept in a view: the same filters and order always give the same text. */
export function queryOf(search: Search): string {
  const { view: _view, peek: _peek, ...rest } = { ...search };
  if (rest.sort === defaults.sort) delete rest.sort;
  const sorted = Object.entries(rest)
    .map(([key, value]): [string, unknown] => [key, Array.isArray(value) ? [...value].sort() : value])
    .sort(([a], [b]) => a.localeCompare(b));
  return stringifySearch(Object.fromEntries(sorted)).slice(1);
}

/** What a view shows. */
export function searchOf({ id, query }: Pick<View, 'id' | 'query'>): Search {
  return { ...readSearch(parseSearch(query)), view: id };
}

/** The search of all instances. It says so where there is a default view to pass by. */
export function allOf(list: ViewList | undefined): Search {
  return list?.default === undefined ? {} : { view: everything };
}

/** A search one has come to by changing another: without anything left of a view it is no view any more. */
export function settled(search: Search, list: ViewList | undefined): Search {
  if (queryOf(search) === '') return allOf(list);
  return search.view === everything && isFiltered(search) ? { ...search, view: undefined } : search;
}

/**
 * What an address stands for that names no more than a view, or nothing where there is a default view:
 * the search to go on to. Undefined when the address is whole.
 */
export function arrivalOf(search: Search, list: ViewList | undefined): Search | undefined {
  if (queryOf(search) !== '' || search.view === everything) return undefined;
  const id = search.view ?? list?.default;
  const view = list?.views.find((one) => one.id === id);
  return view && queryOf(searchOf(view)) !== '' ? searchOf(view) : undefined;
}

/** The views, and how the search of the address stands to them. */
export function useViews(search: Search) {
  const { data, isPending } = useQuery(viewsQuery);
  const active = data?.views.find(({ id }) => id === search.view);
  const bare = queryOf(search) === '' && search.view !== everything;
  return {
    list: data,
    active,
    changed: active !== undefined && queryOf(search) !== queryOf(searchOf(active)),
    arrival: arrivalOf(search, data),
    /** Whether it is not known yet what the address stands for. */
    waiting: bare && isPending,
    /** Whether the address names a view that is not there, or not for this person. */
    missing: search.view !== undefined && search.view !== everything && data !== undefined && !active,
  };
}
