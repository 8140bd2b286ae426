import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { previewQuery } from '@/api/queries/operations';
import type { OperationRequest } from '@/api/types';

/** The preview of a request that may still be edited; undefined requests none. */
export function usePreview(cluster: string, request: OperationRequest | undefined) {
  const text = request && JSON.stringify(request);
  const [settled] = useDebouncedValue(text, 400);
  const asked = settled === undefined ? undefined : (JSON.parse(settled) as OperationRequest);
  const query = useQuery({
    ...previewQuery(cluster, asked ?? { kind: 'update' }),
    enabled: asked !== undefined,
    placeholderData: keepPreviousData,
  });
  const current = settled === text && !query.isPlaceholderData && !query.isFetching;
  return {
    query,
    /** The hash to confirm with; undefined while the preview is outdated, or when something blocks. */
    hash: current && query.error === null ? query.data?.hash : undefined,
    fresh: current,
  };
}
