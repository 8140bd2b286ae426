import { api } from './client';
import type { paths } from './schema';
import type { Answer } from './types';

type Readable = { [Path in keyof paths]: paths[Path] extends { get: object } ? Path : never }[keyof paths];
type Params<Path extends Readable> = Omit<paths[Path]['get']['parameters'], 'header' | 'cookie'>;
type Given<Path extends Readable> =
  object extends Params<Path> ? [params?: Params<Path>] : [params: Params<Path>];
type Get<Path extends Readable> = (path: Path, init: object) => Promise<Answer<Path, 'get'>>;

interface Context {
  signal: AbortSignal;
}

/** What a query needs to read a route. */
export function read<Path extends Readable>(path: Path, ...[params]: Given<Path>) {
  return {
    queryFn: ({ signal }: Context) => (api.get as Get<Path>)(path, { signal, params }),
  };
}

/** What an infinite query needs to read a route that lists in pages, each of which names the one after it. */
export function readPages<Path extends Readable>(path: Path, ...[params]: Given<Path>) {
  const { query, ...rest }: { query?: object | undefined } = params ?? {};
  return {
    queryFn: ({ signal, pageParam: after }: Context & { pageParam: string | undefined }) =>
      (api.get as Get<Path>)(path, { signal, params: { ...rest, query: { ...query, after } } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: { next?: string }) => last.next,
  };
}
