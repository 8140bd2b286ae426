import { useId } from 'react';
import type { Bulk, BulkTarget } from '@/api/types';
import { Failure } from '../Failure';
import { Hidden } from '../Hidden';
import { QuietLink, TextLink } from '../links';
import { Notice } from '../Notice';
import { Panel } from '../Panel';
import { Status } from '../status/Status';
import { Table } from '../Table';
import { useClusters } from '../useClusters';
import classes from './bulk.module.css';
import { tally, targetLooks } from './looks';
import * as texts from '@/texts/bulk';

/** A bulk change as it goes: how far in all, then wave by wave. */
export function Board({ bulk }: { bulk: Bulk }) {
  const waves = wavesOf(bulk);
  return (
    <>
      {bulk.state === 'paused' && bulk.detail !== undefined && (
        <Failure error={new Error(bulk.detail)} what={texts.pausedNoNewOperationsStart} cause={bulk.detail} />
      )}
      {bulk.state === 'running' && bulk.detail !== undefined && <Notice tone="warn">{bulk.detail}.</Notice>}
      <Tally bulk={bulk} />
      <Panel title={texts.instances} note={bulk.targets.length} flush>
        <Table
          label={texts.instancesByWave}
          heads={[texts.instance, texts.cluster, texts.state, texts.operation, texts.detail]}
          grouped
        >
          {waves.map((wave) => (
            <Wave key={wave.title} {...wave} />
          ))}
        </Table>
      </Panel>
    </>
  );
}

interface WaveProps {
  title: string;
  targets: BulkTarget[];
}

/** The waves in their order; what is in none comes last. */
function wavesOf({ targets }: Bulk): WaveProps[] {
  const waves = new Map<number, BulkTarget[]>();
  for (const target of targets) {
    const place = target.state === 'skipped' ? Number.POSITIVE_INFINITY : target.wave;
    waves.set(place, [...(waves.get(place) ?? []), target]);
  }
  return [...waves]
    .sort(([a], [b]) => a - b)
    .map(([place, members]) => ({
      title: place === 0 ? texts.canary : Number.isFinite(place) ? texts.wave(place + 1) : texts.skipped,
      targets: members,
    }));
}

function Wave({ title, targets }: WaveProps) {
  const clusters = useClusters();
  const id = useId();
  return (
    <tbody aria-labelledby={id}>
      <tr className={classes.waveHead}>
        <th scope="rowgroup" colSpan={5} id={id}>
          {title} <span>{inWords(targets)}</span>
        </th>
      </tr>
      {targets.map(({ cluster, instance, state, operation, attempt, detail }) => (
        <tr key={`${cluster}/${instance}`}>
          <td>
            <QuietLink
              to="/clusters/$cluster/instances/$instance"
              params={{ cluster, instance }}
              search={operation === undefined ? {} : { operation }}
              data-row
            >
              {instance}
            </QuietLink>
          </td>
          <td data-dim>{clusters.get(cluster)?.name ?? cluster}</td>
          <td>
            <Status look={targetLooks[state]} />
          </td>
          <td data-dim>
            {operation === undefined ? (
              '—'
            ) : (
              <TextLink
                to="/clusters/$cluster/instances/$instance"
                params={{ cluster, instance }}
                search={{ operation }}
              >
                {texts.follow} <Hidden>{texts.theOperationOf(instance)}</Hidden>
              </TextLink>
            )}
            {attempt > 0 && texts.attempt(attempt + 1)}
          </td>
          <td data-wrap>{detail}</td>
        </tr>
      ))}
    </tbody>
  );
}

function inWords(targets: readonly BulkTarget[]): string {
  return tally({ targets })
    .map(([state, n]) => `${n} ${targetLooks[state].word.toLowerCase()}`)
    .join(', ');
}

/** How many instances are how far, as a bar and in words. */
function Tally({ bulk }: { bulk: Pick<Bulk, 'targets'> }) {
  const counts = tally(bulk);
  return (
    <div className={classes.tally}>
      <div className={classes.tallyBar} role="img" aria-label={inWords(bulk.targets)}>
        {counts.map(([state, n]) => (
          <span key={state} data-tone={targetLooks[state].tone} data-state={state} style={{ flexGrow: n }} />
        ))}
      </div>
      <ul className="row small" aria-label={texts.instancesByState}>
        {counts.map(([state, n]) => (
          <li key={state}>
            <Status look={{ ...targetLooks[state], word: `${n} ${targetLooks[state].word.toLowerCase()}` }} />
          </li>
        ))}
      </ul>
    </div>
  );
}
