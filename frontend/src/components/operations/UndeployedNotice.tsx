import { useQuery } from '@tanstack/react-query';
import { undeployedQuery } from '@/api/queries/operations';
import { OutLink } from '@/components/links';
import { Mark } from '@/components/status/Mark';
import { Time } from '@/components/Time';
import classes from './operations.module.css';

const shown = 5;

/** Says so when git has commits to the instance that no pipeline has deployed. */
export function UndeployedNotice({ cluster, instance }: { cluster: string; instance: string }) {
  const { data } = useQuery(undeployedQuery(cluster, instance));
  if (!data || data.commits.length === 0) return null;
  const { commits, partial, since } = data;
  return (
    <section className={classes.notice} aria-label="Undeployed changes">
      <h2>
        <Mark shape="triangle" size={16} />
        {commits.length}
        {partial ? ' or more' : ''} {commits.length === 1 ? 'commit is' : 'commits are'} not deployed
      </h2>
      <p>
        {since === undefined
          ? 'No pipeline that succeeded is known for this instance.'
          : `Since commit ${since.slice(0, 8)}, the last that a pipeline deployed.`}{' '}
        What you see in git is not what runs.
      </p>
      <ul>
        {commits.slice(0, shown).map((commit) => (
          <li key={commit.sha}>
            {commit.webUrl === undefined ? (
              commit.title
            ) : (
              <OutLink href={commit.webUrl}>{commit.title}</OutLink>
            )}
            , by {commit.author}, <Time at={commit.createdAt} />
          </li>
        ))}
        {commits.length > shown && <li>and {commits.length - shown} more</li>}
      </ul>
    </section>
  );
}
