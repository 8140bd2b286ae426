import { screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { session } from '@/api/client';
import { faults, mockWorld, open } from '@/testing/app';

const api = mockWorld();

beforeEach(() =>
  session.enter({
    accessToken: 'a',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    user: { ...api.world.user, role: 'viewer' },
  }),
);

const commit = '1d0949cafe';

test('an instance is compared with itself in an earlier commit', async () => {
  const asked: (string | null)[] = [];
  api.use(
    http.get('*/configuration', ({ request }) => {
      const at = new URL(request.url).searchParams.get('commit');
      asked.push(at);
      const text = at === null ? 'A: 2\n' : 'A: 1\n';
      return HttpResponse.json({
        commit: at ?? 'head',
        files: [
          { path: 'instances/academy/config.yml', text },
          { path: 'instances/academy/grove.yml', text: 'same' },
        ],
      });
    }),
  );
  const { user, router } = open('/clusters/campus-aws/instances/academy/compare');
  await user.type(await screen.findByLabelText('A commit'), 'main');
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  expect(await screen.findByText('A commit is 7 to 64 hexadecimal digits.')).toBeVisible();
  expect(asked).toEqual([]);

  await user.clear(screen.getByLabelText('A commit'));
  await user.type(screen.getByLabelText('A commit'), commit);
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  expect(await screen.findByText('No differences')).toBeVisible();
  expect(await screen.findByRole('textbox', { name: 'config.yml, commit 1d0949ca' })).toHaveTextContent(
    'A: 1',
  );
  expect(screen.getByRole('textbox', { name: 'config.yml, now' })).toHaveTextContent('A: 2');
  expect(router.state.location.search).toEqual({ commit });
  expect(new Set(asked)).toEqual(new Set([null, commit]));
  expect(await faults(screen.getByRole('main'))).toEqual([]);
});

test('a side that cannot be read says why', async () => {
  open('/clusters/campus-aws/instances/academy/compare?with=campus-aws/none');
  expect(await screen.findByRole('alert')).toHaveTextContent('Couldn’t load the configuration of none.');
});
