import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { SyncNote } from './SyncNote';

const show = (sync: Parameters<typeof SyncNote>[0]['sync']) => render(<SyncNote sync={sync} />);

test('a sync that waits for GitLab’s limit is no failure', () => {
  show({ commit: 'abc', waitingSince: '2026-11-22T12:00:00Z', succeededAt: '2026-11-22T11:50:00Z' });
  expect(screen.getByText('GitLab’s rate limit delays the sync')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a sync that failed is a failure, also while it waits', () => {
  show({ error: 'GitLab refused the token', waitingSince: '2026-11-22T12:00:00Z' });
  expect(screen.getByRole('alert')).toHaveTextContent('GitLab refused the token');
});

test('a sync that went well says nothing', () => {
  const { container } = show({ commit: 'abc', succeededAt: '2026-11-22T11:50:00Z' });
  expect(container).not.toHaveTextContent('GitLab');
});
