import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { overviewQuery } from '@/api/queries/overview';
import type { Overview } from '@/api/types';
import { ActivityEntry, activityKey } from '@/components/activity/ActivityEntry';
import { withoutEchoes } from '@/components/activity/words';
import { Empty } from '@/components/Empty';
import { ButtonLink, TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { useMay } from '@/components/useMe';
import { Attention } from './-Attention';
import { Counts } from './-Counts';
import classes from './-overview.module.css';
import { Running } from './-Running';
import * as texts from '@/texts/overview';

export const Route = createFileRoute('/_app/overview/')({ component: OverviewPage });

/** Shown of what happened; the rest is on a page of its own. */
const latest = 10;

function OverviewPage() {
  const query = useQuery(overviewQuery);
  return (
    <Page title={texts.overview}>
      <Loaded query={query} what={texts.theOverview} shape="panel" lines={10}>
        {(overview) => (overview.clusters === 0 ? <NothingYet /> : <Fleet overview={overview} />)}
      </Loaded>
    </Page>
  );
}

function Fleet({ overview }: { overview: Overview }) {
  return (
    <>
      <Counts overview={overview} />
      <div className={`columns ${classes.columns}`}>
        <Attention overview={overview} />
        <div className="stack">
          <Running running={overview.running} />
          <Panel
            title={texts.latestEvents}
            actions={<TextLink to="/activity">{texts.allActivity}</TextLink>}
            flush
          >
            {overview.activity.length === 0 ? (
              <p className={`dim ${classes.nothing}`}>{texts.noActivityYet}</p>
            ) : (
              <ul>
                {withoutEchoes(overview.activity)
                  .slice(0, latest)
                  .map((activity) => (
                    <ActivityEntry key={activityKey(activity)} activity={activity} />
                  ))}
              </ul>
            )}
          </Panel>
        </div>
      </div>
    </>
  );
}

function NothingYet() {
  const administrator = useMay('administrator');
  return (
    <Empty
      title={texts.noClustersYet}
      action={administrator && <ButtonLink to="/projects/new">{texts.addGitlabProject}</ButtonLink>}
    >
      {administrator ? texts.eachGitlabProjectDefinesOne : texts.youDontHaveAccessTo}
    </Empty>
  );
}
