import { useQuery } from '@tanstack/react-query';
import { undeployedQuery } from '@/api/queries/operations';
import type { Undeployed } from '@/api/types';
import { OutLink } from '@/components/OutLink';
import { Mark } from '@/components/status/Mark';
import { Time } from '@/components/Time';
import classes from './operations.module.css';
import { DeployAgain, RollBack } from './RollBack';
import * as texts from '@/texts/operations';

type Commit = Undeployed['commits'][number];

const shown = 5;

/** Says so when git has commits to the instance that no pipeline has deployed. */
export function UndeployedNotice({ cluster, instance }: { cluster: string; instance: string }) {
  const { data } = useQuery(undeployedQuery(cluster, instance));
  if (!data || data.commits.length === 0) return null;
  const { commits, partial, since } = data;
  return (
    <section className={`small ${classes.notice}`} aria-label={texts.undeployedChanges}>
      <h2 className="line">
        <Mark shape="triangle" size={16} />
        {texts.undeployed(commits.length, partial)}
      </h2>
      <p>
        {texts.theRunningInstanceDoesntMatch(
          since === undefined
            ? texts.noSuccessfulPipelineForThis
            : texts.theDeployedCommitIs(since.slice(0, 8)),
        )}
      </p>
      <ul>
        {commits.slice(0, shown).map((commit, i) => (
          <li key={commit.sha}>
            {commit.webUrl === undefined ? (
              commit.title
            ) : (
              <OutLink href={commit.webUrl}>{commit.title}</OutLink>
            )}
            {texts.by(commit.author, <Time at={commit.createdAt} />)}{' '}
            <Before cluster={cluster} instance={instance} commit={commit} to={commits[i + 1]?.sha} />
          </li>
        ))}
        {commits.length > shown && <li>{texts.andMore2(commits.length - shown)}</li>}
      </ul>
      <div className={`row ${classes.noticeAction}`}>
        <DeployAgain cluster={cluster} instance={instance}>
          {texts.deployTheseChanges}
        </DeployAgain>
        {since !== undefined && (
          <RollBack cluster={cluster} instance={instance} to={since}>
            {texts.revertToTheDeployedVersion}
          </RollBack>
        )}
      </div>
    </section>
  );
}

interface BeforeProps {
  cluster: string;
  instance: string;
  commit: Commit;
  /** The commit to it before; without one, what is deployed is what was before. */
  to: string | undefined;
}

function Before({ cluster, instance, commit, to }: BeforeProps) {
  if (to === undefined) return null;
  return (
    <RollBack cluster={cluster} instance={instance} to={to} about={commit.title}>
      {texts.revertThisCommit}
    </RollBack>
  );
}
