import type { Program } from './program';

const token = 'glpat-demonstration-only';

/** The clusters of the demonstration's GitLab by name, with their projects. Only guild-do is not in Ocim at first. */
const projects = { 'campus-aws': 101, 'academy-do': 102, 'lab-minikube': 103, 'guild-do': 104 } as const;

type ClusterName = keyof typeof projects;

async function call<T>({ gitlab }: Program, method: string, path: string): Promise<T> {
  const response = await fetch(`${gitlab}/api/v4${path}`, { method, headers: { 'PRIVATE-TOKEN': token } });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The webhooks of a cluster's project. */
export function webhooks(program: Program, cluster: ClusterName): Promise<{ id: number; url: string }[]> {
  return call(program, 'GET', `/projects/${projects[cluster]}/hooks`);
}

/** Switches off what a project's GitLab tells Ocim by itself. */
export async function silence(program: Program, cluster: ClusterName): Promise<void> {
  for (const { id } of await webhooks(program, cluster)) {
    await call(program, 'DELETE', `/projects/${projects[cluster]}/hooks/${id}`);
  }
}

/** What Ocim answered to the events of a project's webhooks. */
export async function delivered(program: Program, cluster: ClusterName): Promise<number[]> {
  const hooks = await webhooks(program, cluster);
  const events = hooks.map(({ id }) =>
    call<{ response_status: string }[]>(program, 'GET', `/projects/${projects[cluster]}/hooks/${id}/events`),
  );
  return (await Promise.all(events)).flat().map((event) => Number(event.response_status));
}
