import type { Operation } from '@/api/types';
import { ago, filesOf, pipeline, type World } from './world';

/** Asks for a new instance; it is queued when its cluster is busy. */
export function startCreate(
  world: World,
  cluster: string,
  name: string,
  reason: string | undefined,
): Operation {
  const operation: Operation = {
    id: `op${world.operations.length + 1}`,
    cluster,
    instance: name,
    kind: 'create',
    state: 'requested',
    deploymentId: String(800_000 + world.operations.length),
    ...(reason === undefined ? {} : { reason }),
    requestedBy: world.user.email,
    requestedAt: ago(0),
  };
  world.operations.unshift(operation);
  const host = `${name}.${cluster}.example.org`;
  world.instances.push({
    cluster,
    name,
    description: name,
    lifecycle: 'pending',
    lmsUrl: `https://${host}`,
    health: { state: 'unknown', reason: 'Not deployed yet.' },
    changedAt: ago(0),
  });
  world.revision++;
  return operation;
}

/** Moves every open operation on by one step; the real time of a deployment is about 25 minutes. */
export function step(world: World): void {
  for (const op of world.operations) {
    if (op.endedAt !== undefined) continue;
    advance(world, op);
    world.revision++;
  }
}

function advance(world: World, op: Operation): void {
  const instance = world.instances.find((i) => i.cluster === op.cluster && i.name === op.instance);
  if (!instance) return;
  const id = 12_000 + Number(op.id.slice(2));
  if (op.state === 'requested') {
    Object.assign(op, { state: 'accepted', acceptedAt: ago(0) });
    return;
  }
  const known = world.pipelines.find((p) => p.id === id && p.cluster === op.cluster);
  const finished = known?.stages?.flatMap((s) => s.jobs).filter((j) => j.status === 'success').length ?? -1;
  const done = (finished + 1) / 7;
  const over = done >= 1;
  instance.pipeline = { id, status: over ? 'success' : 'running', operation: 'create', updatedAt: ago(0) };
  const next = pipeline(instance, instance.pipeline, Math.min(done, 1));
  world.pipelines = [next, ...world.pipelines.filter((p) => p !== known)];
  Object.assign(op, { state: 'running', pipelines: [id], runningAt: op.runningAt ?? ago(0) });
  if (!over) return;
  Object.assign(op, { state: 'succeeded', endedAt: ago(0) });
  instance.lifecycle = 'active';
  instance.health = { state: 'healthy', at: ago(0) };
  world.files.set(`${op.cluster}/${op.instance}`, filesOf(instance));
}
