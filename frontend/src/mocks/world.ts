import type {
  Activity,
  AuditEntry,
  Delivery,
  Subscription,
  Bulk,
  Cluster,
  Contract,
  Files,
  Instance,
  Invitation,
  NewProject,
  Operation,
  Pipeline,
  ProjectState,
  Protection,
  Role,
  Session,
  DamagedItem,
  SetAsideEvent,
  Token,
  Undeployed,
  UsageContract,
  User,
  View,
} from '@/api/types';

/** A whole Ocim in memory, for tests and for developing without a server. */
export interface World {
  setUp: boolean;
  google: boolean;
  mail: boolean;
  /** Functions that are not ready. */
  unready: Set<string>;
  setAside: SetAsideEvent[];
  /** Stored items that can't be decoded, by their cluster; '' is none. */
  damaged: Record<string, DamagedItem[]>;
  user: User;
  password: string;
  /** Whether the refresh cookie would be accepted. */
  loggedIn: boolean;
  users: User[];
  sessions: Session[];
  tokens: Token[];
  invitations: Invitation[];
  clusters: Cluster[];
  /** When the clusters last reported the health of their instances. */
  observedAt: string;
  instances: Instance[];
  pipelines: Pipeline[];
  operations: Operation[];
  /** Newest first. */
  activity: Activity[];
  bulks: Bulk[];
  /** Newest first. */
  audit: AuditEntry[];
  subscriptions: Subscription[];
  /** Newest first. */
  deliveries: Delivery[];
  views: View[];
  /** Id of the view that is shown first. */
  defaultView?: string | undefined;
  files: Map<string, Files>;
  /** When clusters reported their usage in a refresh. */
  usageAt: Map<string, string>;
  /** Operations by idempotency key. */
  keys: Map<string, string>;
  /** By cluster and instance. */
  protections: Map<string, Protection>;
  undeployed: Map<string, Undeployed['commits']>;
  /** Those that are not as their clusters say. */
  projects: Map<string, ProjectState>;
  /** Contracts that are not the default, by cluster. */
  contracts: Map<string, Contract>;
  usageContracts: Map<string, UsageContract>;
  /** What projects were added with. */
  added: NewProject[];
  revision: number;
}

const minute = 60_000;

export function ago(minutes: number): string {
  return new Date(Date.now() - minutes * minute).toISOString();
}

const providers = [
  { id: 'campus-aws', provider: 'aws', region: 'eu-central-1', node: 't3.xlarge', db: 'db.t3.large' },
  { id: 'learn-do', provider: 'digitalocean', region: 'fra1', node: 's-8vcpu-16gb', db: 'db-s-4vcpu-8gb' },
  { id: 'sandbox', provider: 'minikube', region: undefined, node: undefined, db: undefined },
] as const;

const schools = [
  'northfield', 'academy', 'biology', 'bridgewater', 'civic', 'coastal', 'delta-college', 'eastlake', 'fairview',
  'geodesy', 'harbor', 'highland', 'institute', 'juniper', 'kingsway', 'lakeside', 'meridian', 'metro-u',
  'northgate', 'oakridge', 'pacific', 'pinecrest', 'quantum', 'redwood', 'riverbend', 'summit', 'sunrise',
  'tidewater', 'union', 'valley', 'westbrook', 'wildflower', 'yellowstone', 'zenith', 'data-school', 'law-online',
  'med-ed', 'nursing', 'open-arts', 'physics',
]; // prettier-ignore

const releases = ['teak.2', 'teak.1', 'sumac.3', 'redwood.3'];

function title(name: string): string {
  return name
    .split('-')
    .map((w) => w.charAt(0).toUpperCase() + w.slice(1))
    .join(' ');
}

function cluster(i: number): Cluster {
  const p = providers[i % providers.length] ?? providers[0];
  const url = `https://gitlab.example.org/grove/${p.id}`;
  const domain = `${p.id}.example.org`;
  const offline = p.id === 'sandbox';
  return {
    id: p.id,
    name: p.id,
    projectId: 4201 + i,
    projectPath: `grove/${p.id}`,
    projectUrl: url,
    provider: p.provider,
    ...(p.region === undefined ? {} : { region: p.region }),
    domain,
    ...(p.node === undefined ? {} : { nodeSize: p.node, nodesMin: '3', nodesMax: '9' }),
    ...(p.db === undefined ? {} : { mysqlSize: p.db, mongodbSize: p.db }),
    links: [
      { name: 'gitlab', url },
      { name: 'grafana', url: `https://grafana.${domain}` },
      { name: 'prometheus', url: `https://prometheus.${domain}` },
      { name: 'alertmanager', url: `https://alert-manager.${domain}` },
    ],
    lifecycle: 'active',
    pipeline: {
      id: 9000 + i,
      status: 'success',
      webUrl: `${url}/-/pipelines/${9000 + i}`,
      updatedAt: ago(95 + i),
    },
    sync: { commit: '4f2a9c1e7b60d3a85512c09e7af1d24b8a9c6e01', succeededAt: ago(2), triedAt: ago(2) },
    online: offline
      ? { state: 'offline', at: ago(41), reason: 'The gateway refused the connection.' }
      : { state: 'online', at: ago(1) },
    instances: 0,
  };
}

function instance(name: string, i: number): Instance {
  const p = providers[i % 5 < 3 ? 0 : i % 5 === 3 ? 1 : 2];
  const host = `${name}.${p.id}.example.org`;
  const status = i % 11 === 4 ? 'failed' : i % 13 === 5 ? 'running' : 'success';
  const lifecycle = i % 17 === 9 ? 'archived' : i % 19 === 7 ? 'pending' : 'active';
  const state =
    lifecycle !== 'active' || p.id === 'sandbox'
      ? 'unknown'
      : i % 11 === 4 ? 'failed' : i % 9 === 2 ? 'degraded' : i % 13 === 5 ? 'progressing' : 'healthy'; // prettier-ignore
  const reasons: Partial<Record<typeof state, string>> = {
    failed: 'lms: CrashLoopBackOff, 14 restarts in 20 minutes.',
    degraded: 'lms-worker: 1 of 2 replicas ready.',
    progressing: 'cms: rolling out, 1 of 2 updated.',
    unknown: p.id === 'sandbox' ? 'The cluster does not answer.' : 'No pods to look at.',
  };
  const steps: Partial<Record<typeof state, string>> = {
    failed: 'Read the previous container’s log.',
    degraded: 'See which of its pods is not ready, and why.',
    progressing: 'Wait for the rollout to finish.',
  };
  const [reason, nextStep] = [reasons[state], steps[state]];
  return {
    cluster: p.id,
    name,
    description: `${title(name)} Learning`,
    lifecycle,
    release: releases[i % releases.length] ?? 'teak.2',
    lmsUrl: `https://${host}`,
    studioUrl: `https://studio.${host}`,
    mfeUrl: `https://apps.${host}`,
    ...(i % 3 === 0 ? { theme: 'indigo' } : {}),
    health: {
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(nextStep === undefined ? {} : { nextStep }),
      at: ago(p.id === 'sandbox' ? 41 : 1),
    },
    ...(lifecycle === 'archived'
      ? {}
      : {
          pipeline: {
            id: 7000 + i,
            status,
            operation: i % 4 === 0 ? ('create' as const) : ('update' as const),
            webUrl: `https://gitlab.example.org/grove/${p.id}/-/pipelines/${7000 + i}`,
            updatedAt: ago(status === 'running' ? 4 : 60 * (i + 2)),
          },
        }),
    ...(i % 15 === 3 && lifecycle === 'active' && state !== 'unknown' && status === 'success'
      ? { drift: { reason: 'lms has at most 4 instead of 10 replicas', at: ago(90) } }
      : {}),
    ...(i % 21 === 6
      ? {
          problems: [
            {
              file: `instances/${name}/config.yml`,
              line: 12,
              column: 3,
              message: 'A tab cannot indent YAML.',
            },
          ],
        }
      : {}),
    changedAt: ago(60 * 24 * (i + 1)),
    changedBy: 'Grace Hopper',
  };
}

/** What the fleet would have noted of an instance as it is. */
function happened({ cluster, name, pipeline, health }: Instance): Activity[] {
  const about = { cluster, instance: name };
  const notes: Activity[] = [];
  if (pipeline && pipeline.status !== 'running') {
    notes.push({
      ...about,
      at: pipeline.updatedAt,
      kind: 'pipeline',
      from: 'running',
      to: pipeline.status,
      pipeline: pipeline.id,
      ...(pipeline.operation === undefined ? {} : { detail: pipeline.operation }),
    });
  }
  if (health.state === 'failed' || health.state === 'degraded') {
    notes.push({
      ...about,
      at: ago(30),
      kind: 'health',
      from: 'healthy',
      to: health.state,
      ...(health.reason === undefined ? {} : { detail: health.reason }),
    });
  }
  return notes;
}

const stages = ['validate', 'build', 'deploy', 'verify'];
const jobs: Record<string, string[]> = {
  validate: ['lint-config', 'terraform-plan'],
  build: ['build-openedx', 'build-mfe'],
  deploy: ['tutor-init', 'tutor-deploy'],
  verify: ['smoke-test'],
};

/** A pipeline with its jobs as far as `done` (0 to 1) says. */
export function pipeline(of: Instance, summary: NonNullable<Instance['pipeline']>, done: number): Pipeline {
  const all = stages.flatMap((s) => jobs[s] ?? []);
  const reached = Math.floor(done * all.length);
  const start = Date.parse(summary.updatedAt) - 25 * minute;
  return {
    cluster: of.cluster,
    id: summary.id,
    iid: summary.id - 6900,
    status: summary.status,
    source: 'push',
    ref: 'main',
    sha: '4f2a9c1e7b60d3a85512c09e7af1d24b8a9c6e01',
    title: `[AutoDeploy][${summary.operation === 'create' ? 'Create' : 'Update'}] ${of.name}|${summary.id * 3}`,
    ...(summary.webUrl === undefined ? {} : { webUrl: summary.webUrl }),
    operation: summary.operation ?? 'update',
    deployments: [{ instance: of.name, id: String(summary.id * 3) }],
    createdAt: new Date(start).toISOString(),
    updatedAt: summary.updatedAt,
    startedAt: new Date(start + minute).toISOString(),
    ...(summary.status === 'running' ? {} : { finishedAt: summary.updatedAt }),
    stages: stages.map((stage) => ({
      name: stage,
      jobs: (jobs[stage] ?? []).map((name) => {
        const at = all.indexOf(name);
        const status =
          at < reached
            ? 'success'
            : at > reached
              ? summary.status === 'failed'
                ? 'skipped'
                : 'created'
              : summary.status;
        return {
          id: summary.id * 100 + at,
          name,
          status,
          ...(status === 'created' || status === 'skipped'
            ? {}
            : { startedAt: new Date(start + at * 3 * minute).toISOString() }),
          ...(status === 'success' || status === 'failed'
            ? { finishedAt: new Date(start + (at + 1) * 3 * minute - 7_000 * at).toISOString() }
            : {}),
          webUrl: `https://gitlab.example.org/grove/${of.cluster}/-/jobs/${summary.id * 100 + at}`,
        };
      }),
    })),
  };
}

export function filesOf(i: Instance): Files {
  const host = i.lmsUrl?.replace('https://', '') ?? '';
  const path = `instances/${i.name}`;
  return {
    commit: '4f2a9c1e7b60d3a85512c09e7af1d24b8a9c6e01',
    files: [
      {
        path: `${path}/config.yml`,
        text: `# Tutor configuration of ${i.name}\nLMS_HOST: ${host}\nCMS_HOST: studio.${host}\nMFE_HOST: apps.${host}\nPLATFORM_NAME: ${i.description ?? ''}\nCONTACT_EMAIL: ops@example.org\nOPENEDX_COMMON_VERSION: open-release/${i.release ?? ''}\nK8S_NAMESPACE: ${i.name}\nENABLE_HTTPS: true\nMYSQL_ROOT_PASSWORD: "••••••••"\nOPENEDX_SECRET_KEY: "••••••••"\nPLUGINS:\n  - mfe\n  - forum\n  - grove\n  - meilisearch\nGROVE_LMS_ENV:\n  FEATURES:\n    ENABLE_COURSEWARE_SEARCH: true\n`,
        ...(i.problems ? { problems: i.problems } : {}),
      },
      {
        path: `${path}/grove.yml`,
        text: `COMPREHENSIVE_THEME_NAME: indigo\nCOMPREHENSIVE_THEME_SOURCE_REPO: https://gitlab.example.org/themes/indigo.git\nCOMPREHENSIVE_THEME_VERSION: main\nSIMPLE_THEME_SCSS_OVERRIDES:\n  primary: "#0b6f60"\n`,
      },
      {
        path: `${path}/requirements.txt`,
        text: 'tutor==20.0.2\ntutor-mfe==20.0.0\ntutor-contrib-grove==3.4.0\n',
      },
    ],
  };
}

const root: User = {
  id: 'u1',
  email: 'ada@example.org',
  name: 'Ada Okafor',
  role: 'administrator',
  disabled: false,
  hasPassword: true,
  hasPasskey: false,
  hasGoogle: false,
  createdAt: ago(60 * 24 * 90),
  lastLoginAt: ago(300),
};

function user(id: string, name: string, role: Role, extra: Partial<User> = {}): User {
  const email = `${name.split(' ')[0]?.toLowerCase() ?? id}@example.org`;
  return {
    ...root,
    id,
    email,
    name,
    role,
    createdAt: ago(60 * 24 * 30),
    lastLoginAt: ago(60 * 7),
    ...extra,
  };
}

function audited(): AuditEntry[] {
  const by = { userId: root.id, email: root.email, address: '192.0.2.10' };
  return [
    {
      id: 'a3',
      at: ago(20),
      actor: by,
      action: 'user.role',
      target: 'user/u2',
      before: { email: 'bruno@example.org', grants: { global: 'viewer' }, disabled: false },
      after: { email: 'bruno@example.org', grants: { global: 'operator' }, disabled: false },
    },
    {
      id: 'a2',
      at: ago(90),
      actor: { userId: 'u2', email: 'bruno@example.org', tokenId: 't9' },
      action: 'operation.update',
      target: 'cluster/campus-aws/instance/academy',
      before: { 'config.yml': { LANGUAGE_CODE: 'fr' } },
      after: {
        kind: 'update',
        reason: 'A newer theme.',
        changes: ['LANGUAGE_CODE: fr → en in config.yml'],
        files: [
          {
            Path: 'instances/academy/config.yml',
            Action: 'update',
            Diff: '@@ -1,1 +1,1 @@\n-LANGUAGE_CODE: fr\n+LANGUAGE_CODE: en\n',
          },
        ],
      },
      operation: 'op1',
    },
    { id: 'a1', at: ago(900), actor: {}, action: 'project.added', target: 'project/sandbox' },
  ];
}

/** Each world has revisions of its own, so that no ETag of one is good in another. */
let worlds = 0;

/** A fresh world with an administrator logged in. */
export function createWorld(): World {
  const clusters = providers.map((_, i) => cluster(i));
  const instances = schools.map(instance).sort((a, b) => a.name.localeCompare(b.name));
  for (const c of clusters) {
    c.instances = instances.filter((i) => i.cluster === c.id && i.lifecycle !== 'archived').length;
  }
  return {
    setUp: true,
    observedAt: ago(0),
    google: true,
    mail: true,
    unready: new Set(),
    setAside: [],
    damaged: {},
    user: root,
    password: 'correct horse battery staple',
    loggedIn: true,
    users: [
      root,
      user('u2', 'Bruno Keller', 'operator'),
      user('u3', 'Chidi Larsen', 'viewer', { clusters: { 'learn-do': 'operator' } }),
      user('u4', 'Dora Nowak', 'viewer', { disabled: true, lastLoginAt: ago(60 * 24 * 40) }),
    ],
    sessions: [
      {
        id: 's1',
        current: true,
        device: 'Chromium on Linux',
        address: '192.0.2.10',
        createdAt: ago(300),
        lastUsedAt: ago(0),
        method: 'password',
        expiresAt: ago(-60 * 24 * 14),
      },
      {
        id: 's2',
        current: false,
        device: 'Safari on iPhone',
        address: '198.51.100.4',
        createdAt: ago(9000),
        lastUsedAt: ago(1500),
        method: 'google',
        expiresAt: ago(-60 * 24 * 13),
      },
    ],
    tokens: [
      {
        id: 't1',
        name: 'nightly report',
        role: 'viewer',
        clusters: [],
        createdAt: ago(60 * 24 * 20),
        expiresAt: ago(-60 * 24 * 70),
        lastUsedAt: ago(500),
      },
    ],
    invitations: [
      {
        id: 'i1',
        email: 'erin@example.org',
        role: 'operator',
        state: 'valid',
        invitedBy: root.email,
        createdAt: ago(60 * 20),
        expiresAt: ago(-60 * 24 * 6),
      },
      {
        id: 'i2',
        email: 'finn@example.org',
        clusters: { 'learn-do': 'operator' },
        state: 'expired',
        invitedBy: root.email,
        createdAt: ago(60 * 24 * 12),
        expiresAt: ago(60 * 24 * 5),
      },
    ],
    clusters,
    instances,
    pipelines: instances.flatMap((i) =>
      i.pipeline ? [pipeline(i, i.pipeline, i.pipeline.status === 'success' ? 1 : 0.6)] : [],
    ),
    operations: [],
    activity: instances.flatMap(happened).sort((a, b) => b.at.localeCompare(a.at)),
    bulks: [],
    audit: audited(),
    subscriptions: [],
    deliveries: [],
    views: [
      {
        id: 'v1',
        name: 'Failed on AWS',
        query: 'health=failed&provider=aws',
        shared: false,
        owner: root.id,
        ownerName: root.name,
        updatedAt: ago(60),
      },
      {
        id: 'v2',
        name: 'Old releases',
        query: 'release=redwood.3&sort=changed',
        shared: true,
        owner: 'u2',
        ownerName: 'Bruno Keller',
        updatedAt: ago(900),
      },
    ],
    usageAt: new Map(),
    files: new Map(instances.map((i) => [`${i.cluster}/${i.name}`, filesOf(i)])),
    keys: new Map(),
    protections: new Map(),
    undeployed: new Map(),
    projects: new Map(),
    contracts: new Map(),
    usageContracts: new Map(),
    added: [],
    revision: (worlds += 1000),
  };
}
