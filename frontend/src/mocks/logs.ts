import { http, HttpResponse } from 'msw';
import type { Job, Pipeline, PipelinePage } from '@/api/types';
import { problem } from './problem';
import { ago, type World } from './world';

const at = (path: string) => `*/function/pipelines/v1/clusters/:c/pipelines/:p${path}`;

const terraformError =
  'Error: error acquiring the state lock: state already locked by ci-7 (terraform apply)';

/** A log as a runner writes it. */
export function logOf(job: Job): string {
  const mark = (kind: 'start' | 'end', time: number, name: string) =>
    `section_${kind}:${1_700_000_000 + time}:${name}\r\x1b[0K`;
  const lines = [
    '\x1b[0KRunning with gitlab-runner 17.2.1 (9882d9c7)\x1b[0;m',
    `${mark('start', 0, 'prepare_executor')}\x1b[0K\x1b[36;1mPreparing the "docker" executor\x1b[0;m`,
    'Using Docker executor with image registry.example.org/grove/tools:3.4 ...',
    `${mark('end', 9, 'prepare_executor')}${mark('start', 9, 'get_sources')}\x1b[0K\x1b[36;1mGetting source from Git repository\x1b[0;m`,
    'Checking out 4f2a9c1e as detached HEAD (ref is main)...',
    `${mark('end', 12, 'get_sources')}${mark('start', 12, 'step_script')}\x1b[0K\x1b[36;1mExecuting "step_script" stage of the job script\x1b[0;m`,
    `\x1b[32;1m$ grove ${job.name}\x1b[0;m`,
    ...Array.from(
      { length: 40 },
      (_, i) =>
        `${String(i + 1).padStart(3, ' ')}/40 \x1b[33mapplying\x1b[0m module.k8s["${i}"]: refreshing state`,
    ),
  ];
  if (job.status === 'failed')
    lines.push(`\x1b[31m${terraformError}\x1b[0m`, '\x1b[31;1mERROR: Job failed: exit code 1\x1b[0;m');
  else if (job.status === 'success')
    lines.push(mark('end', 95, 'step_script'), '\x1b[32;1mJob succeeded\x1b[0;m');
  return `${lines.join('\n')}\n`;
}

export function firstFailed(pipeline: Pipeline): NonNullable<PipelinePage['failed']> | undefined {
  for (const { name, jobs } of pipeline.stages ?? []) {
    const job = jobs.find((j) => j.status === 'failed');
    if (job) return { pipeline: pipeline.id, stage: name, job };
  }
  return undefined;
}

interface Place {
  c: string;
  p: string;
}

export function logHandlers(world: () => World) {
  const find = ({ c, p }: Place) =>
    world().pipelines.find((one) => one.cluster === c && String(one.id) === p);
  const findJob = (place: Place & { j: string }) =>
    find(place)
      ?.stages?.flatMap((s) => s.jobs)
      .find((job) => String(job.id) === place.j);
  const act = (status: string) =>
    http.post<{ c: string; p: string }>(at(status === 'canceled' ? '/cancel' : '/retry'), ({ params }) => {
      const pipeline = find(params);
      if (!pipeline) return problem(404, 'There is no such pipeline.');
      Object.assign(pipeline, { status, updatedAt: ago(0) });
      return HttpResponse.json(pipeline);
    });
  return [
    act('canceled'),
    act('running'),
    http.get<Place & { j: string }>(at('/jobs/:j/log'), ({ params, request }) => {
      const job = findJob(params);
      if (!job) return problem(404, 'There is no such job.');
      const { searchParams } = new URL(request.url);
      const from = Number(searchParams.get('from') ?? 0);
      const log = new TextEncoder().encode(logOf(job));
      const bytes = log.slice(from, from + Number(searchParams.get('limit') ?? 262_144));
      const next = from + bytes.length;
      const text = new TextDecoder().decode(bytes);
      return HttpResponse.json({ from, next, size: log.length, text, more: next < log.length });
    }),
    http.get<Place & { j: string }>(at('/jobs/:j/first-error'), ({ params }) => {
      const job = findJob(params);
      if (!job) return problem(404, 'There is no such job.');
      const log = logOf(job);
      const offset = log.indexOf(`\x1b[31m${terraformError}`);
      if (offset < 0) return HttpResponse.json({ size: log.length });
      const found = {
        line: log.slice(0, offset).split('\n').length,
        offset,
        text: terraformError,
        context: ['refreshing state', terraformError],
      };
      return HttpResponse.json({ size: log.length, found });
    }),
  ];
}
