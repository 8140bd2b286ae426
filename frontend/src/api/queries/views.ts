import { queryOptions } from '@tanstack/react-query';
import { answer, client } from '../client';
import type { ViewBody } from '../types';

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => answer(client.GET('/clusters/v1/views', { signal })),
  staleTime: 30_000,
});

export function addView(body: ViewBody) {
  return answer(client.POST('/clusters/v1/views', { body }));
}

export function replaceView(view: string, body: ViewBody) {
  return answer(client.PUT('/clusters/v1/views/{view}', { params: { path: { view } }, body }));
}

export function removeView(view: string) {
  return answer(client.DELETE('/clusters/v1/views/{view}', { params: { path: { view } } }));
}
