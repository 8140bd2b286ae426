import type { Container, Pod } from '@/api/types';
import { Facts } from '@/components/Facts';
import { ButtonLink } from '@/components/links';
import { Time } from '@/components/Time';
import { useMay } from '@/components/useMe';
import { resources } from '@/lib/resources';
import { Findings } from './Findings';
import classes from './runtime.module.css';
import { lastWords, stateWords } from './words';
import * as texts from '@/texts/runtime';

/** What is wrong with a pod and what to do, then its containers. */
export function PodDetails({ cluster, pod }: { cluster: string; pod: Pod }) {
  const operator = useMay('operator', cluster);
  return (
    <div className={`stack gap-10 ${classes.pod}`}>
      <Findings of={pod} />
      <p className={`dim ${classes.sum}`}>
        {texts.thePodRequestsAndIs(
          pod.workload !== undefined && `${pod.kind ?? texts.workload} ${pod.workload}. `,
          resources(pod.requests, 'nothing'),
          resources(pod.limits, texts.unlimited),
        )}
      </p>
      <ul className={`stack gap-10 ${classes.containers}`} aria-label={texts.containersOf(pod.name)}>
        {pod.containers.map((container) => (
          <li key={container.name}>
            <header className="row">
              <h3>
                {container.name}
                {container.init === true && <span>{texts.initContainer}</span>}
              </h3>
              {operator && <Logs pod={pod} container={container} />}
            </header>
            <Facts facts={factsOf(container)} />
          </li>
        ))}
      </ul>
      {!operator && <p className={`dim ${classes.sum}`}>{texts.logsMayContainPersonalData}</p>}
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
      size="compact"
      aria-label={texts.ofText3(word, name)}
    >
      {word}
    </ButtonLink>
  );
  return (
    <div className="row gap-6 end">
      {link(texts.log, false)}
      {last && link(texts.previousLog, true)}
    </div>
  );
}

function factsOf(c: Container) {
  return [
    {
      name: texts.state,
      value: stateWords(c),
      note: (
        <>
          {c.reason} {c.message} <Time at={c.startedAt ?? c.finishedAt} prefix={texts.since} />
        </>
      ),
    },
    {
      name: texts.lastState,
      value: lastWords(c),
      note: c.last && (
        <>
          {c.last.reason} {c.last.message} <Time at={c.last.finishedAt} />
        </>
      ),
    },
    { name: texts.restarts, value: c.restarts },
    { name: texts.requests, value: resources(c.requests) },
    { name: texts.limits, value: resources(c.limits) },
    { name: texts.image2, value: <code className={classes.image}>{c.image}</code> },
  ];
}
