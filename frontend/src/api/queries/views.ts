import { queryOptions } from '@tanstack/react-query';
import { api } from '../client';
import { read } from '../read';
import type { ViewBody } from '../types';

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  ...read('/clusters/v1/views'),
  staleTime: 30_000,
});

export function addView(body: ViewBody) {
  return api.post('/clusters/v1/views', { body });
}

export function replaceView(view: string, body: ViewBody) {
  return api.put('/clusters/v1/views/{view}', { params: { path: { view } }, body });
}

export function removeView(view: string) {
  return api.delete('/clusters/v1/views/{view}', { params: { path: { view } } });
}
