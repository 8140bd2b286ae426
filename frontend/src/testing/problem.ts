import { HttpResponse } from 'msw';

/** An answer that refuses, with a problem document as the functions write them. */
export function problem(status: number, detail: string, errors: { field: string; message: string }[] = []) {
  const body = { type: 'urn:ocim:test', title: 'Problem', status, detail, instance: 'call-9', errors };
  return () => HttpResponse.json(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
}
