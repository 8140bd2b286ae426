// @vitest-environment jsdom
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { fixtureApi, signIn } from '@/testing/app';
import { instancePage } from '@/testing/fixtures/fleet';
import { ada } from '@/testing/fixtures/people';
import { answer, client } from './client';
import type { ApiError } from './errors';

const api = fixtureApi();

beforeEach(() => signIn());

const list = (...cluster: string[]) =>
  answer(client.GET('/clusters/v1/instances', { params: { query: { cluster } } }));

test('a refused token is renewed once and the call repeated', async () => {
  const tokens: (string | null)[] = [];
  api.use(
    http.get('*/function/auth/v1/me', ({ request }) => {
      tokens.push(request.headers.get('Authorization'));
      return tokens.length === 1 ? new HttpResponse('{}', { status: 401 }) : HttpResponse.json(ada);
    }),
  );
  const me = await answer(client.GET('/auth/v1/me'));
  expect(me.email).toBe(ada.email);
  expect(tokens).toEqual(['Bearer a', 'Bearer fixture-token']);
});

test('what is refused again is an error, not a loop', async () => {
  let calls = 0;
  api.use(
    http.get('*/function/auth/v1/me', () => {
      calls++;
      return new HttpResponse('{}', { status: 401 });
    }),
  );
  await expect(answer(client.GET('/auth/v1/me'))).rejects.toMatchObject({ status: 401 });
  expect(calls).toBe(2);
});

test('a body is sent again when the call is repeated', async () => {
  const names: unknown[] = [];
  api.use(
    http.patch('*/function/auth/v1/me', async ({ request }) => {
      names.push(await request.json());
      return names.length === 1 ? new HttpResponse('{}', { status: 401 }) : HttpResponse.json(ada);
    }),
  );
  await answer(client.PATCH('/auth/v1/me', { body: { name: 'Ada' } }));
  expect(names).toEqual([{ name: 'Ada' }, { name: 'Ada' }]);
});

test('lists repeat their key in the address, and calls prove where they come from', async () => {
  await list('sandbox', 'learn-do');
  const [seen] = api.sent('GET /clusters/v1/instances');
  expect(seen?.query).toEqual({ cluster: ['sandbox', 'learn-do'] });
  expect(seen?.headers.get('X-Ocim')).toBe('1');
});

test('what has not changed is not sent again', async () => {
  const answers = [
    HttpResponse.json(instancePage, { headers: { ETag: '"a"' } }),
    new HttpResponse(null, { status: 304 }),
    HttpResponse.json({ ...instancePage, revision: 2 }, { headers: { ETag: '"b"' } }),
  ];
  api.answers({ 'GET /clusters/v1/instances': () => answers.shift() ?? instancePage });
  const first = await list('campus-aws');
  expect(await list('campus-aws')).toEqual(first);
  expect(await list('campus-aws')).toMatchObject({ revision: 2 });
  const tags = api.sent('GET /clusters/v1/instances').map(({ headers }) => headers.get('If-None-Match'));
  expect(tags).toEqual([null, '"a"', '"a"']);
});

test('a problem document becomes an error with fields, cause and request id', async () => {
  api.use(
    http.post('*/function/auth/v1/invitations', () =>
      HttpResponse.json(
        {
          detail: 'Some of the input is wrong.',
          instance: 'call-7',
          errors: [{ field: 'email', message: 'is no address' }],
        },
        { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
      ),
    ),
  );
  const failure = await answer(client.POST('/auth/v1/invitations', { body: { email: 'x' } })).catch(
    (e: unknown) => e as ApiError,
  );
  expect(failure).toMatchObject({
    status: 422,
    message: 'Some of the input is wrong.',
    requestId: 'call-7',
    fields: { email: 'is no address' },
    temporary: false,
  });
});

test.each([
  ['a gateway that is down', new HttpResponse('<html>', { status: 502 }), 502, /may be restarting/],
  ['no answer', HttpResponse.error(), 0, /Couldn’t reach Ocim/],
  [
    'too many requests',
    new HttpResponse('', { status: 429, headers: { 'Retry-After': '7' } }),
    429,
    /Wait a moment/,
  ],
])('%s is temporary, in words', async (_, response, status, message) => {
  api.use(http.get('*/function/auth/v1/me', () => response.clone()));
  const failure = await answer(client.GET('/auth/v1/me')).catch((e: unknown) => e as ApiError);
  expect(failure).toMatchObject({ status, temporary: true });
  expect((failure as ApiError).message).toMatch(message);
  if (status === 429) expect((failure as ApiError).retryAfter).toBe(7000);
});
