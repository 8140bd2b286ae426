import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { previewQuery } from '@/api/queries/operations';
import type { Wish } from '@/api/types';

/** The preview of a wish that may still be typed; undefined asks for none. */
export function usePreview(cluster: string, wish: Wish | undefined) {
  const text = wish && JSON.stringify(wish);
  const [settled] = useDebouncedValue(text, 400);
  const asked = settled === undefined ? undefined : (JSON.parse(settled) as Wish);
  const query = useQuery({
    ...previewQuery(cluster, asked ?? { kind: 'update' }),
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
  });
  const current = settled === text && !query.isPlaceholderData && !query.isFetching;
  return {
    query,
    /** The hash to confirm with; undefined while the preview is not of what is wished now, or when something blocks. */
    hash: current && query.error === null ? query.data?.hash : undefined,
    fresh: current,
  };
}
