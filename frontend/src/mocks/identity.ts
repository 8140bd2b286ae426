import { http, HttpResponse } from 'msw';
import type { Grants, InvitationState, Role, SignedIn } from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const at = (path: string) => `*/function/auth/v1${path}`;
const empty = () => new HttpResponse(null, { status: 204 });

function enter(world: World): SignedIn {
  world.loggedIn = true;
  return { accessToken: `mock-${Date.now()}`, expiresAt: ago(-10), user: world.user };
}

function weak(password: string) {
  return password.length < 15
    ? problem(422, 'Some of the input is wrong.', [
        { field: 'password', message: 'must have 15 characters or more' },
      ])
    : undefined;
}

/** Tokens of the links that a person may follow here: `valid`, `expired`, `used`, `revoked`. */
function invitationOf(token: string): InvitationState | undefined {
  const states = ['valid', 'expired', 'used', 'revoked'] as const;
  const state = states.find((s) => s === token);
  return state && { email: 'erin@example.org', role: 'operator', state, expiresAt: ago(-60) };
}

export function identityHandlers(world: () => World) {
  return [
    http.get(at('/state'), () =>
      HttpResponse.json({
        setUp: world().setUp,
        google: world().google,
        mail: world().mail,
        passwords: true,
        passkeys: false,
      }),
    ),
    http.post<never, { token: string; email: string; name: string; password: string }>(
      at('/setup'),
      async ({ request }) => {
        const body = await request.json();
        if (body.token !== 'valid') return problem(403, 'This set-up link is not valid, or was used.');
        return weak(body.password) ?? HttpResponse.json(enter(world()));
      },
    ),
    http.post<never, { email: string; password: string }>(at('/login'), async ({ request }) => {
      const { email, password } = await request.json();
      const w = world();
      if (email !== w.user.email || password !== w.password) {
        return problem(401, 'E-mail or password is wrong.');
      }
      return HttpResponse.json(enter(w));
    }),
    http.post(at('/refresh'), () =>
      world().loggedIn ? HttpResponse.json(enter(world())) : problem(401, 'Please log in.'),
    ),
    http.post(at('/logout'), () => {
      world().loggedIn = false;
      return empty();
    }),
    http.post(at('/password-resets'), () => new HttpResponse(null, { status: 202 })),
    http.post<never, { token: string; password: string }>(
      at('/password-resets/redeem'),
      async ({ request }) => {
        const body = await request.json();
        if (body.token !== 'valid')
          return problem(403, 'This link is not valid any more. Ask for a new one.');
        return weak(body.password) ?? empty();
      },
    ),
    http.get(at('/me'), () => HttpResponse.json(world().user)),
    http.patch<never, { name: string }>(at('/me'), async ({ request }) => {
      world().user.name = (await request.json()).name;
      return HttpResponse.json(world().user);
    }),
    http.post<never, { current: string; password: string }>(at('/me/password'), async ({ request }) => {
      const body = await request.json();
      if (body.current !== world().password) {
        return problem(422, 'Some of the input is wrong.', [
          { field: 'current', message: 'is not your password' },
        ]);
      }
      return weak(body.password) ?? empty();
    }),
    ...ownHandlers(world),
    ...administrationHandlers(world),
  ];
}

function ownHandlers(world: () => World) {
  return [
    http.get(at('/me/sessions'), () => HttpResponse.json({ sessions: world().sessions })),
    http.delete(at('/me/sessions'), () => {
      world().sessions = [];
      world().loggedIn = false;
      return empty();
    }),
    http.delete(at('/me/sessions/:id'), ({ params }) => {
      world().sessions = world().sessions.filter((s) => s.id !== params.id);
      return empty();
    }),
    http.get(at('/me/tokens'), () => HttpResponse.json({ tokens: world().tokens })),
    http.post<never, { name: string; role: Role; clusters?: string[]; expiresAt: string }>(
      at('/me/tokens'),
      async ({ request }) => {
        const body = await request.json();
        const token = { id: `t${world().tokens.length + 1}`, clusters: [], createdAt: ago(0), ...body };
        world().tokens.unshift(token);
        return HttpResponse.json({ token, secret: 'ocim_pat_mock-secret-shown-once' }, { status: 201 });
      },
    ),
    http.delete(at('/me/tokens/:id'), ({ params }) => {
      world().tokens = world().tokens.filter((t) => t.id !== params.id);
      return empty();
    }),
  ];
}

function administrationHandlers(world: () => World) {
  return [
    http.get(at('/users'), () => HttpResponse.json({ users: world().users })),
    http.patch<{ id: string }, { grants?: Grants; disabled?: boolean }>(
      at('/users/:id'),
      async ({ params, request }) => {
        const user = world().users.find((u) => u.id === params.id);
        if (!user) return problem(404, 'There is no such user.');
        const change = await request.json();
        const administrators = world().users.filter((u) => u.role === 'administrator' && !u.disabled);
        const leaves = (change.grants && change.grants.role !== 'administrator') || change.disabled === true;
        if (leaves && administrators.length === 1 && administrators[0] === user) {
          return problem(409, 'This is the last administrator. Make somebody else one first.');
        }
        if (change.grants) Object.assign(user, { role: undefined, clusters: undefined }, change.grants);
        if (change.disabled !== undefined) user.disabled = change.disabled;
        return HttpResponse.json(user);
      },
    ),
    http.delete(at('/users/:id/sessions'), empty),
    http.get(at('/invitations'), () => HttpResponse.json({ invitations: world().invitations })),
    http.post<never, { email: string } & Grants>(at('/invitations'), async ({ request }) => {
      const body = await request.json();
      if (!body.email.includes('@')) {
        return problem(422, 'Some of the input is wrong.', [
          { field: 'email', message: 'is not an e-mail address' },
        ]);
      }
      const invitation = {
        id: `i${world().invitations.length + 1}`,
        state: 'valid' as const,
        invitedBy: world().user.email,
        createdAt: ago(0),
        expiresAt: ago(-60 * 24 * 7),
        ...body,
      };
      world().invitations.unshift(invitation);
      return HttpResponse.json(invitation, { status: 201 });
    }),
    http.post<never, { token: string }>(at('/invitations/lookup'), async ({ request }) => {
      const found = invitationOf((await request.json()).token);
      return found ? HttpResponse.json(found) : problem(404, 'This invitation doesn’t exist.');
    }),
    http.post<never, { token: string; password: string }>(at('/invitations/redeem'), async ({ request }) => {
      const body = await request.json();
      if (invitationOf(body.token)?.state !== 'valid')
        return problem(409, 'This invitation is not valid any more.');
      return weak(body.password) ?? HttpResponse.json(enter(world()));
    }),
    http.post(at('/invitations/:id/resend'), ({ params }) => {
      const invitation = world().invitations.find((i) => i.id === params.id);
      if (!invitation) return problem(404, 'There is no such invitation.');
      Object.assign(invitation, { state: 'valid', expiresAt: ago(-60 * 24 * 7) });
      return HttpResponse.json(invitation);
    }),
    http.post(at('/invitations/:id/revoke'), ({ params }) => {
      const invitation = world().invitations.find((i) => i.id === params.id);
      if (invitation) invitation.state = 'revoked';
      return empty();
    }),
  ];
}
