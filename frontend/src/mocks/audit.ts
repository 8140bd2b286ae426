import { http, HttpResponse } from 'msw';
import { problem } from './problem';
import type { World } from './world';

const pageSize = 50;

export function auditHandlers(world: () => World) {
  return [
    http.get('*/function/auth/v1/audit', ({ request }) => {
      if (world().user.role !== 'administrator') return problem(403, 'Your role does not allow this.');
      const query = new URL(request.url).searchParams;
      const [user, action, target] = ['user', 'action', 'target'].map((key) => query.get(key));
      const hits = world().audit.filter(
        (e) =>
          (user === null || user === e.actor.userId) &&
          (action === null || action === e.action) &&
          (target === null || target === e.target) &&
          (query.get('key') === null ||
            JSON.stringify([e.before, e.after]).includes(query.get('key') ?? '')) &&
          (query.get('since') === null || e.at >= (query.get('since') ?? '')) &&
          (query.get('until') === null || e.at < (query.get('until') ?? '')),
      );
      const start = Number(query.get('after') ?? 0);
      const next = start + pageSize < hits.length ? { next: String(start + pageSize) } : {};
      return HttpResponse.json({ entries: hits.slice(start, start + pageSize), ...next });
    }),
  ];
}
