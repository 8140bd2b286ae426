import type { Program } from './program';

const token = 'glpat-demonstration-only';

/** the clusters of the demonstration's GitLab by name, with their projects. Only guild-do is not in Ocim at first. */
const projects = { 'campus-aws': 101, 'academy-do': 102, 'lab-minikube': 103, 'guild-do': 104 } as const;

type ClusterName = keyof typeof projects;

async function call<T>({ gitlab }: Program, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${gitlab}/api/v4${path}`, {
    method,
    headers: {
      'PRIVATE-TOKEN': token,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The webhooks of a cluster's project. */
export function webhooks(program: Program, cluster: ClusterName): Promise<{ id: number; url: string }[]> {
  return call(program, 'GET', `/projects/${projects[cluster]}/hooks`);
}

/** What the settings of a project refuse; gitlabtest.Policy says what there is. */
export interface Policy {
  VariablesRole?: 'no_one_allowed' | 'owner' | 'maintainer' | 'developer';
  NoPush?: boolean;
  CIDisabled?: boolean;
  ConfigError?: string;
}

/** Changes what the settings of a cluster's project refuse; an empty policy refuses nothing. */
export function setPolicy(program: Program, cluster: ClusterName, policy: Policy): Promise<void> {
  return call(program, 'PUT', `/projects/${projects[cluster]}/demonstration_policy`, policy);
}

/** Switches off the webhooks of a project. */
export async function silence(program: Program, cluster: ClusterName): Promise<void> {
  for (const { id } of await webhooks(program, cluster)) {
    await call(program, 'DELETE', `/projects/${projects[cluster]}/hooks/${id}`);
  }
}

/** The text of a file on a cluster's main branch. */
export async function fileInGit(program: Program, cluster: ClusterName, path: string): Promise<string> {
  const name = encodeURIComponent(path);
  const { content } = await call<{ content: string }>(
    program,
    'GET',
    `/projects/${projects[cluster]}/repository/files/${name}?ref=main`,
  );
  return Buffer.from(content, 'base64').toString();
}

/** Somebody writes the line of a key into a file by hand, in the place of an earlier one, without a pipeline. */
export async function commitLine(
  program: Program,
  cluster: ClusterName,
  path: string,
  line: string,
): Promise<void> {
  const before = await fileInGit(program, cluster, path);
  const earlier = new RegExp(`^${line.replace(/:.*/, '')}:.*$`, 'm');
  const content = earlier.test(before) ? before.replace(earlier, line) : `${before}${line}\n`;
  await call(program, 'POST', `/projects/${projects[cluster]}/repository/commits`, {
    branch: 'main',
    commit_message: `${line} [skip ci]`,
    actions: [{ action: 'update', file_path: path, content }],
  });
}

/** What Ocim answered to the events of a project's webhooks. */
export async function delivered(program: Program, cluster: ClusterName): Promise<number[]> {
  const hooks = await webhooks(program, cluster);
  const events = hooks.map(({ id }) =>
    call<{ response_status: string }[]>(program, 'GET', `/projects/${projects[cluster]}/hooks/${id}/events`),
  );
  return (await Promise.all(events)).flat().map((event) => Number(event.response_status));
}
