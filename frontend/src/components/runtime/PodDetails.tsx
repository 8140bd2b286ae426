import type { Container, Pod } from '@/api/types';
import { Facts } from '@/components/Facts';
import { ButtonLink } from '@/components/links';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import { resources } from '@/lib/resources';
import { Findings } from './Findings';
import classes from './runtime.module.css';
import { lastWords, stateWords } from './words';

/** What is wrong with a pod and what to do, then its containers. */
export function PodDetails({ cluster, pod }: { cluster: string; pod: Pod }) {
  const operator = useMay('operator', cluster);
  return (
    <div className={classes.pod}>
      <Findings of={pod} />
      <p className={classes.sum}>
        {pod.workload !== undefined && `${pod.kind ?? 'Workload'} ${pod.workload}. `}
        The pod asks for {resources(pod.requests, 'nothing')} and may use{' '}
        {resources(pod.limits, 'all there is')}.
      </p>
      <ul className={classes.containers} aria-label={`Containers of ${pod.name}`}>
        {pod.containers.map((container) => (
          <li key={container.name}>
            <header>
              <h3>
                {container.name}
                {container.init === true && <span> (init container)</span>}
              </h3>
              {operator && <Logs pod={pod} container={container} />}
            </header>
            <Facts facts={factsOf(container)} />
          </li>
        ))}
      </ul>
      {!operator && <p className={classes.sum}>Logs may hold what people typed: operators read them.</p>}
    </div>
  );
}

function Logs({ pod, container: { name, last } }: { pod: Pod; container: Container }) {
  const link = (word: string, previous: boolean) => (
    <ButtonLink
      to="."
      search={(before) => ({
        ...before,
        pod: pod.name,
        log: name,
        previous: previous ? true : undefined,
      })}
      resetScroll={false}
      variant="default"
      size="compact-sm"
      aria-label={`${word} of ${name}`}
    >
      {word}
    </ButtonLink>
  );
  return (
    <div className={classes.logs}>
      {link('Log', false)}
      {last && link('Log before the restart', true)}
    </div>
  );
}

function factsOf(c: Container) {
  return [
    {
      name: 'State',
      value: stateWords(c),
      note: (
        <>
          {c.reason} {c.message} <Time at={c.startedAt ?? c.finishedAt} prefix="since " />
        </>
      ),
    },
    {
      name: 'Last state',
      value: lastWords(c),
      note: c.last && (
        <>
          {c.last.reason} {c.last.message} <Time at={c.last.finishedAt} />
        </>
      ),
    },
    { name: 'Restarts', value: c.restarts },
    { name: 'Requests', value: resources(c.requests) },
    { name: 'Limits', value: resources(c.limits) },
    { name: 'Image', value: <code className={classes.image}>{c.image}</code> },
  ];
}
