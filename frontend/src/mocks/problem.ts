import { HttpResponse } from 'msw';

/** Answers with a problem document as the functions write them. */
export function problem(status: number, detail: string, errors: { field: string; message: string }[] = []) {
  return new HttpResponse(
    JSON.stringify({
      type: 'urn:ocim:mock',
      title: 'Problem',
      status,
      detail,
      instance: '0193-mock-call',
      errors,
    }),
    { status, headers: { 'Content-Type': 'application/problem+json' } },
  );
}
