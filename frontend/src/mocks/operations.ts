import { http, HttpResponse } from 'msw';
import type {
  FileChange,
  FileProblem,
  Operation,
  OperationRequest,
  Preview,
  Protection,
  Warning,
} from '@/api/types';
import { refusal } from './pipelines';
import { problem } from './problem';
import { ago, type World } from './world';

const at = (path: string) => `*/function/pipelines/v1${path}`;

interface Place {
  c: string;
  i: string;
}

const clusterWide = (kind: OperationRequest['kind']) => kind === 'buildImages' || kind === 'reprovision';

/** Lines that differ, as a unified diff without context. */
function diffOf(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const gone = a.filter((line) => !b.includes(line)).map((line) => `-${line}`);
  const come = b.filter((line) => !a.includes(line)).map((line) => `+${line}`);
  return `@@ -1,${gone.length} +1,${come.length} @@\n${[...gone, ...come].join('\n')}\n`;
}

function changesOf(world: World, cluster: string, input: OperationRequest): FileChange[] {
  const instance = input.instance ?? '';
  if (input.kind === 'create') {
    const lines = Object.entries(input.overrides ?? {}).map(([key, value]) => `+${key}: ${String(value)}\n`);
    const diff = `@@ -0,0 +1,${lines.length} @@\n${lines.join('')}`;
    const path = `instances/${instance}/config.yml`;
    return [{ path, action: 'create', instance, diff, keys: Object.keys(input.overrides ?? {}) }];
  }
  const known = world.files.get(`${cluster}/${instance}`)?.files ?? [];
  if (input.rollBackTo !== undefined || input.deploy === true) {
    const diff = '@@ -1,1 +1,1 @@\n-PLATFORM_NAME: New\n+PLATFORM_NAME: Old\n';
    return [
      { path: `instances/${instance}/config.yml`, action: 'update', instance, diff, keys: ['PLATFORM_NAME'] },
    ];
  }
  return (input.files ?? []).map(({ path, text }) => {
    const before = known.find((f) => f.path === path)?.text ?? '';
    return {
      path,
      action: before === '' ? 'create' : 'update',
      instance,
      diff: diffOf(before, text),
      keys: ['PLUGINS'],
    };
  });
}

/** What the API says of LMS_HOSTT and of ENABLE_HTTPS; of other keys it knows nothing here. */
function problemsIn(file: string, text: string): FileProblem[] {
  return text.split('\n').flatMap((line, i): FileProblem[] => {
    if (line.startsWith('LMS_HOSTT:')) {
      const message = 'Unknown key LMS_HOSTT. Did you mean LMS_HOST?';
      return [{ file, line: i + 1, column: 1, message, warning: true }];
    }
    return line === 'ENABLE_HTTPS: maybe'
      ? [{ file, line: i + 1, column: 15, message: 'ENABLE_HTTPS must be true or false.' }]
      : [];
  });
}

function warningsOf(world: World, cluster: string, input: OperationRequest): Warning[] {
  const list: Warning[] = [];
  if (input.deploy === true) {
    list.push({
      code: 'undeployed',
      blocking: false,
      message: `This configuration of ${input.instance ?? ''} is already in git but not deployed. Ocim deploys it without changing a file`,
    });
  }
  const open = world.operations.filter((o) => o.cluster === cluster && o.endedAt === undefined);
  if (open.length > 0) {
    list.push({
      code: 'willQueue',
      blocking: false,
      message: 'Another operation is under way in this cluster; this one starts when it is done',
    });
  }
  const held = world.protections.get(`${cluster}/${input.instance ?? ''}`);
  if (held?.protected === true && (input.kind === 'archive' || input.kind === 'delete')) {
    list.push({
      code: 'protected',
      field: 'instance',
      blocking: true,
      message: `${held.instance} is protected by ${held.by ?? ''}; lift the protection first`,
    });
  }
  if (input.kind === 'delete') {
    list.push({ code: 'dataUncertain', blocking: false, message: 'The instance and its data go for good' });
  }
  if (input.kind === 'reprovision') {
    list.push({
      code: 'notAllowed',
      field: 'kind',
      blocking: true,
      message: 'Reprovisioning is switched off for this cluster',
    });
  }
  return list;
}

const effects: Record<OperationRequest['kind'], Preview['effects']> = {
  create: [{ effect: 'imageRebuild', text: 'Rebuilds container images, about 20 minutes' }],
  update: [
    {
      effect: 'imageRebuild',
      text: 'Rebuilds container images, about 20 minutes',
      because: ['PLUGINS'],
    },
    { effect: 'restart', text: 'Services restart one after another; short errors are possible' },
  ],
  archive: [{ effect: 'stops', text: 'The instance is taken off the cluster' }],
  unarchive: [{ effect: 'migrations', text: 'Database migrations run; going back may need a backup' }],
  delete: [
    { effect: 'destroysData', text: 'Data is lost for good' },
    { effect: 'stops', text: 'The instance is taken off the cluster' },
  ],
  buildImages: [{ effect: 'imageRebuild', text: 'Rebuilds container images, about 20 minutes' }],
  reprovision: [
    { effect: 'infrastructure', text: "The cluster's infrastructure is planned and applied again" },
  ],
};

function previewOf(world: World, cluster: string, input: OperationRequest): Preview {
  const warnings = warningsOf(world, cluster, input);
  const blocked = warnings.some((w) => w.blocking);
  return {
    kind: input.kind,
    instances: clusterWide(input.kind) ? [] : [input.instance ?? ''],
    files: blocked ? [] : changesOf(world, cluster, input),
    effects: effects[input.kind],
    warnings,
    estimate: { seconds: 300, runs: 4, percent: 0 },
    ...(input.kind === 'delete' ? { confirm: input.instance ?? '' } : {}),
    ...(input.kind === 'reprovision' ? { confirm: cluster } : {}),
    ...(blocked
      ? {}
      : {
          hash: hashOf(input),
          request: {
            method: 'POST',
            path: '/api/v4/projects/4201/trigger/pipeline',
            body: {
              token: '••••••••',
              variables: { INSTANCE_NAME: input.instance ?? '' },
              note: input.reason ?? '',
            },
          },
        }),
  };
}

/** A preview's hash: of the input. */
export function hashOf(input: OperationRequest): string {
  return `h${JSON.stringify(input).length}-${input.kind}`;
}

interface Confirmed extends OperationRequest {
  previewHash?: string;
  confirm?: string;
}

function start(world: World, cluster: string, body: Confirmed): Operation {
  const operation: Operation = {
    id: `op${world.operations.length + 1}`,
    cluster,
    instance: body.instance ?? '',
    kind: body.kind,
    state: 'requested',
    deploymentId: String(800_000 + world.operations.length),
    requestedBy: world.user.email,
    requestedAt: ago(0),
    ...(body.reason === undefined ? {} : { reason: body.reason }),
  };
  world.operations.unshift(operation);
  world.revision++;
  return operation;
}

export function operationHandlers(world: () => World) {
  return [
    http.post<{ c: string }, OperationRequest>(
      at('/clusters/:c/operations/preview'),
      async ({ params, request }) => {
        const input = await request.json();
        const refused = input.kind === 'create' ? refusal(world(), params.c, input) : undefined;
        return refused ?? HttpResponse.json(previewOf(world(), params.c, input));
      },
    ),
    http.post<{ c: string }, Confirmed>(at('/clusters/:c/operations'), async ({ params, request }) => {
      const body = await request.clone().json();
      if (body.kind === 'create') return undefined;
      const w = world();
      const key = request.headers.get('Idempotency-Key') ?? '';
      const earlier = w.operations.find((o) => o.id === w.keys.get(key));
      if (earlier) return HttpResponse.json(earlier);
      const { previewHash, confirm, ...input } = body;
      if (previewHash !== hashOf(input)) {
        return problem(
          409,
          'What would be sent is not what was previewed any more; look at the preview again.',
        );
      }
      if (input.kind === 'delete' && confirm !== input.instance)
        return problem(422, 'The name was not typed.');
      const operation = start(w, params.c, body);
      w.keys.set(key, operation.id);
      return HttpResponse.json(operation, { status: 202 });
    }),
    http.post<{ c: string; o: string }>(at('/clusters/:c/operations/:o/withdraw'), ({ params }) => {
      const operation = world().operations.find((o) => o.cluster === params.c && o.id === params.o);
      if (!operation) return problem(404, 'There is no such operation.');
      if (operation.state !== 'requested')
        return problem(409, 'GitLab has accepted it already; cancel its pipeline instead.');
      Object.assign(operation, {
        state: 'canceled',
        endedAt: ago(0),
        detail: `Withdrawn by ${world().user.email}`,
      });
      return HttpResponse.json(operation);
    }),
    http.post<{ c: string; o: string }>(at('/clusters/:c/operations/:o/resume'), ({ params }) => {
      const operation = world().operations.find((o) => o.cluster === params.c && o.id === params.o);
      if (!operation?.waitingFor) return problem(409, 'This operation does not wait for a person.');
      delete operation.waitingFor;
      return HttpResponse.json(operation);
    }),
    http.get<Place>(at('/clusters/:c/instances/:i/operations'), ({ params }) =>
      HttpResponse.json({
        operations: world().operations.filter((o) => o.cluster === params.c && o.instance === params.i),
      }),
    ),
    http.get<Place>(at('/clusters/:c/instances/:i/configuration'), ({ params }) => {
      const files = world().files.get(`${params.c}/${params.i}`);
      return files ? HttpResponse.json(files) : problem(404, 'There are no files of it.');
    }),
    http.get<Place>(at('/clusters/:c/instances/:i/undeployed'), ({ params }) =>
      HttpResponse.json({
        commits: world().undeployed.get(`${params.c}/${params.i}`) ?? [],
        partial: false,
        since: '4f2a9c1e7b60',
      }),
    ),
    http.put<Place, { protected: boolean; reason?: string }>(
      at('/clusters/:c/instances/:i/protection'),
      async ({ params, request }) => {
        const protection: Protection = {
          instance: params.i,
          by: world().user.email,
          at: ago(0),
          ...(await request.json()),
        };
        world().protections.set(`${params.c}/${params.i}`, protection);
        return HttpResponse.json(protection);
      },
    ),
    http.get<{ c: string }>(at('/clusters/:c/protections'), ({ params }) =>
      HttpResponse.json({
        protections: [...world().protections]
          .filter(([key, p]) => key.startsWith(`${params.c}/`) && p.protected)
          .map(([, p]) => p),
      }),
    ),
    http.post(at('/check-file'), async ({ request }) => {
      const { file, text } = (await request.json()) as { file: string; text: string };
      return HttpResponse.json({ problems: problemsIn(file, text) });
    }),
    http.get(at('/key-effects'), () =>
      HttpResponse.json({
        keys: [
          {
            file: 'config.yml',
            key: 'K8S_NAMESPACE',
            effects: ['leavesData'],
            doc: 'Namespace in the cluster',
          },
          {
            file: 'config.yml',
            key: 'PLUGINS',
            effects: ['imageRebuild', 'migrations'],
            doc: 'Enabled plugins',
          },
          { file: 'config.yml', key: 'LMS_HOST', effects: ['address'], doc: 'Host of the LMS' },
          { file: 'grove.yml', key: 'COMPREHENSIVE_THEME_*', effects: ['imageRebuild'], doc: 'The theme' },
        ],
        effects: [
          { effect: 'leavesData', words: 'leaves existing data behind', text: '' },
          { effect: 'address', words: 'changes its address', text: '' },
          { effect: 'imageRebuild', words: 'rebuilds images', text: '' },
          { effect: 'migrations', words: 'runs migrations', text: '' },
        ],
      }),
    ),
  ];
}
