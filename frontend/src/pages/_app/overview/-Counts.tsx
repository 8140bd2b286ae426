import { Link } from '@tanstack/react-router';
import type { Health, Lifecycle, Overview } from '@/api/types';
import { Panel } from '@/components/Panel';
import { healthLooks, lifecycleLooks, type Look, pipelineLook } from '@/components/status/looks';
import { Mark } from '@/components/status/Mark';
import statusClasses from '@/components/status/status.module.css';
import type { Search } from '../instances/-search';
import classes from './-overview.module.css';
import * as texts from '@/texts/overview';

const healths: readonly Health[] = ['failed', 'degraded', 'progressing', 'healthy', 'unknown'];
const lifecycles: readonly Lifecycle[] = ['pending', 'active', 'archived', 'deleted'];

/** The instances that the healths and pipelines are counted of. */
const living: Lifecycle[] = ['pending', 'active'];

const none: Look = { shape: 'dashed', tone: 'quiet', word: texts.noPipeline };

interface Count {
  count: number;
  look: Look;
  search: Search;
}

/** How many instances there are of each status. Each number leads to them. */
export function Counts({ overview }: { overview: Overview }) {
  const byHealth = healths.map((health): Count => ({
    count: overview.healths[health] ?? 0,
    look: healthLooks[health],
    search: { health: [health], lifecycle: living },
  }));
  const byPipeline = Object.entries(overview.pipelines)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]): Count => ({
      count,
      look: status === 'none' ? none : pipelineLook(status),
      search: { pipeline: [status], lifecycle: living },
    }));
  const byLifecycle = lifecycles.map((lifecycle): Count => ({
    count: overview.lifecycles[lifecycle] ?? 0,
    look: lifecycleLooks[lifecycle],
    search: { lifecycle: [lifecycle] },
  }));
  return (
    <Panel title={texts.instances} note={texts.on(overview.instances, overview.clusters)}>
      <div className={classes.bar} aria-hidden="true">
        {byHealth
          .filter(({ count }) => count > 0)
          .map(({ count, look }) => (
            <span
              key={look.word}
              className={statusClasses.status}
              data-tone={look.tone}
              style={{ flexGrow: count }}
            />
          ))}
      </div>
      <Row title={texts.health} counts={byHealth} large />
      <div className={classes.lesser}>
        <Row title={texts.lifecycle} counts={byLifecycle} />
        <Row title={texts.latestPipeline} counts={byPipeline} />
      </div>
    </Panel>
  );
}

function Row({ title, counts, large = false }: { title: string; counts: readonly Count[]; large?: boolean }) {
  return (
    <div className={classes.row}>
      <h3 className="dim tiny">{title}</h3>
      <ul className={`row ${classes.counts}`} aria-label={title} data-large={large}>
        {counts.map(({ count, look, search }) => (
          <li key={look.word}>
            <Link
              to="/instances"
              search={search}
              className={`${classes.count} ${statusClasses.status}`}
              data-tone={look.tone}
              data-none={count === 0}
            >
              <Mark shape={look.shape} />
              <strong className="numbers">{count}</strong> <span className={classes.what}>{look.word}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
