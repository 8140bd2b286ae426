import { http, HttpResponse } from 'msw';
import type {
  Check,
  CheckName,
  Contract,
  ContractPage,
  Mechanism,
  NewCredentials,
  NewProject,
  OperationKind,
  ProjectState,
  UsageContract,
  UsageContractPage,
  UsageReport,
} from '@/api/types';
import { checkNames } from '@/components/projects/checks';
import { linkNames } from '@/components/projects/facts';
import { problem } from './problem';
import { ago, type World } from './world';

const facts = [
  'name',
  'provider',
  'region',
  'domain',
  'nodeSize',
  'nodesMin',
  'nodesMax',
  'mysqlSize',
  'mongodbSize',
];

const cures: Partial<Record<CheckName, [detail: string, cure: string, field: NonNullable<Check['field']>]>> =
  {
    token: ['GitLab refuses the token.', 'Make a token with the scope api.', 'apiToken'],
    triggerToken: [
      'GitLab does not know the trigger token.',
      'Make one in the project’s settings.',
      'triggerToken',
    ],
    gateway: ['The gateway does not answer.', 'Is the address right?', 'gatewayUrl'],
  };

function checkOf(check: CheckName, wrong: boolean, before: boolean): Check {
  const at = ago(0);
  const bad = wrong ? cures[check] : undefined;
  if (bad) return { check, at, state: 'failed', detail: bad[0], cure: bad[1], field: bad[2] };
  const skipped =
    check === 'gateway' || check === 'deployKey' || (before && (check === 'webhook' || check === 'sync'));
  return skipped
    ? { check, at, state: 'skipped', detail: `Nothing to see of ${check} yet.` }
    : { check, at, state: 'passed', detail: `All is well with ${check}.` };
}

/** How a project fares, made of its cluster. */
export function projectOf(world: World, id: string): ProjectState | undefined {
  const cluster = world.clusters.find((c) => c.id === id);
  if (!cluster) return undefined;
  const known = world.projects.get(id);
  return (
    known ?? {
      project: {
        id,
        gitlabUrl: 'https://gitlab.example.org',
        gitlabId: cluster.projectId,
        path: cluster.projectPath,
        webUrl: cluster.projectUrl,
        defaultBranch: 'main',
        createdAt: ago(60 * 24 * 80),
        updatedAt: ago(60 * 24 * 80),
      },
      health: {
        project: id,
        checks: checkNames.map((name) => checkOf(name, false, false)),
        checkedAt: ago(12),
        tokenExpiresAt: ago(-60 * 24 * 200),
      },
      sync: cluster.sync,
    }
  );
}

function wrongIn(body: Partial<NewProject>, check: CheckName): boolean {
  return (
    (check === 'token' && body.apiToken === 'wrong') ||
    (check === 'triggerToken' && body.triggerToken === 'wrong') ||
    (check === 'gateway' && (body.gatewayUrl ?? '').includes('nowhere'))
  );
}

const standard: Record<OperationKind, Mechanism> = {
  create: { by: 'trigger', variables: { INSTANCE_NAME: '{instance}', NEW_INSTANCE_TRIGGER: '1' } },
  update: { by: 'commit', message: '[AutoDeploy][Update] {entries}' },
  archive: { by: 'trigger', variables: { INSTANCE_NAME: '{instance}', ARCHIVE_INSTANCE_TRIGGER: '1' } },
  unarchive: { by: 'commit', message: '[AutoDeploy][Create] {entries}' },
  delete: { by: 'trigger', variables: { INSTANCE_NAME: '{instance}', DELETE_INSTANCE_TRIGGER: '1' } },
  buildImages: { by: 'commit', message: '[AutoDeploy][Build][Image] {repository}|{branch}' },
  reprovision: {
    by: 'pipeline',
    variables: { CI_COMMIT_MESSAGE: '[AutoDeploy][Infrastructure] {deploymentId}' },
  },
};

const routes: NonNullable<Contract['routes']> = [
  { keys: ['SIMPLE_THEME_*'], prefix: 'GROVE_', file: 'grove.yml' },
  { prefix: 'ENV_' },
  { keys: ['*'], prefix: 'TUTOR_', file: 'config.yml' },
];

function contractPage(changed: Contract | undefined): ContractPage {
  const operations = { ...standard, ...changed?.operations };
  const fill = (text: string) =>
    text.replaceAll('{instance}', 'example').replaceAll('{entries}', 'example|1');
  return {
    contract: {
      operations,
      routes: changed?.routes ?? routes,
      ...(changed?.allowReprovision ? { allowReprovision: true } : {}),
    },
    default: { operations: standard, routes },
    ...(changed ? { changed } : {}),
    samples: (Object.keys(standard) as OperationKind[]).map((kind) => {
      const { by, message = '', variables = {} } = operations[kind];
      const values = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, fill(value)]),
      );
      return {
        kind,
        request: {
          method: 'POST',
          path: `/api/v4/projects/4201/${by === 'commit' ? 'repository/commits' : by}`,
          body: by === 'commit' ? { commit_message: fill(message) } : { variables: values },
        },
      };
    }),
  };
}

/** As the API says of the first thing that is wrong. */
function refusal({ operations = {}, routes = [] }: Contract) {
  const taken = routes.findIndex(({ prefix }) => prefix.startsWith('CI_'));
  if (taken >= 0) {
    const said = 'GitLab and its runners use names that begin so themselves';
    return problem(422, said, [{ field: `body.routes.${taken}.prefix`, message: said }]);
  }
  for (const [kind, { by, variables = {}, message = '' }] of Object.entries(operations)) {
    const refuse = (field: string, said: string) =>
      problem(422, said, [{ field: `body.operations.${kind}.${field}`, message: said }]);
    const reserved = Object.keys(variables).find((name) => name.startsWith('CI_') && by !== 'pipeline');
    if (reserved !== undefined) {
      return refuse(`variables.${reserved}`, 'GitLab and its runners use this name themselves');
    }
    if (by === 'commit' && message === '') return refuse('message', 'a commit needs a message');
  }
  return undefined;
}

const usualUsage: UsageContract = {
  function: 'usage-report',
  query: { from: '{from}', to: '{to}' },
  rows: 'instances',
  fields: {
    instance: 'instance',
    users: 'users',
    activeUsers: 'activeUsers',
    courses: 'courses',
    hits: 'hits',
  },
  days: 30,
};

function usagePage(own: UsageContract | undefined): UsageContractPage {
  return { usage: own ?? usualUsage, isDefault: own === undefined, default: usualUsage };
}

function usageRefusal(usage: UsageContract | undefined) {
  const refuse = (field: string, message: string) =>
    problem(422, message, [{ field: `body.usage.${field}`, message }]);
  if (usage === undefined) return undefined;
  if (!/^[a-z0-9-]+$/.test(usage.function)) {
    return refuse('function', 'a function’s name has only lower-case letters, digits and hyphens');
  }
  const bad = Object.entries(usage.fields).find(([, path]) => path.includes('$'));
  return bad && refuse(`fields.${bad[0]}`, 'a path is names joined by dots, such as stats.users');
}

/** The report of each cluster has one row that fits the usual contract, and one without hits. */
function understood({ rows, fields, days }: UsageContract) {
  if (rows !== 'instances') {
    return problem(
      503,
      `The usage report is not in the form its contract says: there is nothing at "${rows ?? ''}".`,
    );
  }
  const reported = { users: 120, activeUsers: 30, courses: 4, hits: 9000 };
  const read = Object.fromEntries(
    Object.entries(reported).filter(([name]) => fields[name as keyof typeof reported] === name),
  );
  const { hits: _untold, ...others } = read;
  return HttpResponse.json({
    from: ago(24 * 60 * (days ?? 30)),
    to: ago(24 * 60),
    instances: [
      { instance: 'academy', ...read },
      { instance: 'cinder-arts', ...others },
    ],
    skipped: 1,
  } satisfies UsageReport);
}

export function projectHandlers(world: () => World) {
  const root = '*/function/clusters/v1/projects';
  const of = (id: string) => {
    const state = projectOf(world(), id);
    if (state) world().projects.set(id, state);
    return state;
  };
  const contract = '*/function/pipelines/v1/clusters/:id/contract';
  const missing = () => problem(404, 'There is no such cluster.');
  return [
    http.get(root, () =>
      HttpResponse.json({ projects: world().clusters.flatMap(({ id }) => projectOf(world(), id) ?? []) }),
    ),
    http.post<never, NewProject>(`${root}/check`, async ({ request }) => {
      const check = new URL(request.url).searchParams.get('check') as CheckName;
      return HttpResponse.json({ checks: [checkOf(check, wrongIn(await request.json(), check), true)] });
    }),
    http.post<never, NewProject>(root, async ({ request }) => {
      const body = await request.json();
      const id = body.project.split('/').at(-1) ?? body.project;
      const template = world().clusters[0];
      if (!template) return problem(500, 'An empty world.');
      if (world().clusters.some((c) => c.id === id)) {
        return problem(409, 'It is there.', [
          { field: 'body.project', message: `is in the fleet already, as ${id}` },
        ]);
      }
      world().clusters.push({ ...template, id, name: id, instances: 0, sync: {}, lifecycle: 'pending' });
      world().added.push(body);
      const state = of(id);
      if (state) state.health.checks = [];
      world().revision++;
      return HttpResponse.json({ project: state?.project }, { status: 201 });
    }),
    http.get<{ id: string }>(`${root}/:id`, ({ params }) => {
      const state = projectOf(world(), params.id);
      return state ? HttpResponse.json({ ...state, facts, links: [...linkNames] }) : missing();
    }),
    http.post<{ id: string }>(`${root}/:id/check`, ({ params, request }) => {
      const state = of(params.id);
      if (!state) return missing();
      const only = new URL(request.url).searchParams.get('check');
      const names = checkNames.filter((name) => only === null || name === only);
      const checks = names.map((name) => checkOf(name, false, false));
      state.health.checks = [...state.health.checks.filter((c) => !names.includes(c.check)), ...checks];
      return HttpResponse.json({ checks });
    }),
    http.patch<{ id: string }, { overrides: Record<string, string | null> }>(
      `${root}/:id`,
      async ({ params, request }) => {
        const cluster = world().clusters.find((c) => c.id === params.id);
        if (!cluster) return missing();
        for (const [name, value] of Object.entries((await request.json()).overrides)) {
          if (value === 'not an address') {
            return problem(422, 'No address.', [
              {
                field: `body.overrides.${name}`,
                message: 'must be an address such as https://grafana.example.org',
              },
            ]);
          }
          const shown = Object.entries(cluster).find(([key]) => key === name)?.[1] as string | undefined;
          const found = cluster.found?.[name] ?? shown;
          const others = (cluster.overridden ?? []).filter((n) => n !== name);
          cluster.overridden = value === null ? others : [...others, name];
          cluster.found = { ...cluster.found, ...(found === undefined ? {} : { [name]: found }) };
          Object.assign(cluster, { [name]: value ?? found });
        }
        return HttpResponse.json({ project: projectOf(world(), params.id)?.project });
      },
    ),
    http.put<{ id: string }, NewCredentials>(`${root}/:id/credentials`, async ({ params, request }) => {
      const state = of(params.id);
      const body = await request.json();
      if (!state) return missing();
      if (body.apiToken === 'wrong') {
        return problem(422, 'GitLab refuses the API token.', [
          { field: 'body.apiToken', message: 'GitLab refuses the token.' },
        ]);
      }
      if (body.gatewayUrl !== undefined) state.project.gatewayUrl = body.gatewayUrl;
      return HttpResponse.json({ project: state.project });
    }),
    http.post<{ id: string }, { what: string }>(`${root}/:id/rotate`, async ({ params, request }) => {
      const state = of(params.id);
      if (!state) return missing();
      if ((await request.json()).what === 'deployKey') {
        state.project.deployKey = {
          fingerprint: 'SHA256:new',
          publicKey: 'ssh-ed25519 AAAA',
          addedAt: ago(0),
        };
      }
      return HttpResponse.json({ project: state.project });
    }),
    http.delete<{ id: string }>(`${root}/:id`, ({ params, request }) => {
      const { id } = params;
      if (new URL(request.url).searchParams.get('confirm') !== id) return problem(422, `Type ${id}.`);
      const path = projectOf(world(), id)?.project.path ?? '';
      world().clusters = world().clusters.filter((c) => c.id !== id);
      world().revision++;
      return HttpResponse.json({ removed: ['The webhook at GitLab'], stays: [`The GitLab project ${path}`] });
    }),
    http.get<{ id: string }>(contract, ({ params }) =>
      HttpResponse.json(contractPage(world().contracts.get(params.id))),
    ),
    http.post<{ id: string }, Contract>(`${contract}/preview`, async ({ request }) => {
      const body = await request.json();
      return refusal(body) ?? HttpResponse.json(contractPage(body));
    }),
    http.put<{ id: string }, Contract>(contract, async ({ params, request }) => {
      const body = await request.json();
      world().contracts.set(params.id, body);
      return HttpResponse.json(contractPage(body));
    }),
    http.get<{ id: string }>(`${root}/:id/usage-contract`, ({ params }) =>
      HttpResponse.json(usagePage(world().usageContracts.get(params.id))),
    ),
    http.post<never, { usage: UsageContract }>(`${root}/:id/usage-contract/try`, async ({ request }) => {
      const { usage } = await request.json();
      return usageRefusal(usage) ?? understood(usage);
    }),
    http.put<{ id: string }, { usage?: UsageContract }>(
      `${root}/:id/usage-contract`,
      async ({ params, request }) => {
        const { usage } = await request.json();
        const refused = usageRefusal(usage);
        if (refused) return refused;
        if (usage) world().usageContracts.set(params.id, usage);
        else world().usageContracts.delete(params.id);
        return HttpResponse.json(usagePage(usage));
      },
    ),
    http.post<{ id: string }>('*/function/sync/v1/clusters/:id', ({ params }) => {
      const cluster = world().clusters.find((c) => c.id === params.id);
      if (!cluster) return missing();
      const now = ago(0);
      Object.assign(cluster.sync, { succeededAt: now, triedAt: now, commit: '4f2a9c1e7b60d3a8' });
      cluster.lifecycle = 'active';
      return HttpResponse.json(cluster.sync);
    }),
  ];
}
