import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { configurationQuery } from '@/api/queries/operations';
import type { Files } from '@/api/types';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { CompareChoice } from '@/components/compare/CompareChoice';
import { CompareFiles } from '@/components/compare/CompareFiles';
import classes from '@/components/compare/compare.module.css';
import { Empty } from '@/components/Empty';
import { TextLink } from '@/components/links';
import { Loaded } from '@/components/Loaded';
import { Crumb, Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { word } from '@/lib/readSearch';
import type { RawSearch } from '@/lib/search';

export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance/compare')({
  validateSearch: (raw: RawSearch): { with?: string | undefined; commit?: string | undefined } => ({
    with: word(raw, 'with'),
    commit: word(raw, 'commit'),
  }),
  component: CompareRoute,
});

function CompareRoute() {
  const { cluster, instance } = Route.useParams();
  const { with: other, commit } = Route.useSearch();
  const navigate = Route.useNavigate();
  const place = placeOf(other, commit, { cluster, instance });
  return (
    <Page
      title={`Compare ${instance}`}
      crumbs={
        <>
          <ClusterCrumbs cluster={cluster} />
          <Crumb>
            <TextLink to="/clusters/$cluster/instances/$instance" params={{ cluster, instance }}>
              {instance}
            </TextLink>
          </Crumb>
        </>
      }
      about="What differs between its configuration and another, as both are in git."
    >
      <Panel title="Compare with">
        <CompareChoice
          cluster={cluster}
          instance={instance}
          other={{ with: other, commit }}
          onChoose={(search) => void navigate({ search, resetScroll: false })}
        />
      </Panel>
      {place ? (
        <Comparison key={`${place.cluster}/${place.instance}/${place.commit}`} place={place} />
      ) : (
        <Panel title="Differences">
          <Empty title="Nothing chosen yet">Choose an instance, an operation or a commit.</Empty>
        </Panel>
      )}
    </Page>
  );
}

interface Place {
  cluster: string;
  instance: string;
  /** Empty is the newest. */
  commit: string;
}

function placeOf(
  other: string | undefined,
  commit: string | undefined,
  self: Pick<Place, 'cluster' | 'instance'>,
): Place | undefined {
  if (commit !== undefined && commit !== '') return { ...self, commit };
  const [cluster = '', instance = ''] = (other ?? '').split('/');
  return cluster === '' || instance === '' ? undefined : { cluster, instance, commit: '' };
}

function Comparison({ place }: { place: Place }) {
  const { cluster, instance } = Route.useParams();
  const before = useQuery(configurationQuery(place.cluster, place.instance, place.commit));
  const after = useQuery(configurationQuery(cluster, instance));
  const name = place.commit === '' ? place.instance : `commit ${place.commit.slice(0, 8)}`;
  const sides = [
    place.cluster === cluster || place.commit !== '' ? name : `${name} on ${place.cluster}`,
    place.commit === '' ? instance : 'now',
  ] as const;
  const rest = (old: Files) => (
    <Loaded query={after} what={`The configuration of ${instance}`} lines={8}>
      {(now) => <CompareFiles before={old} after={now} sides={sides} />}
    </Loaded>
  );
  return (
    <>
      <Loaded query={before} what={`The configuration of ${name}`} lines={8}>
        {rest}
      </Loaded>
      <p className={classes.note}>
        Secrets are masked on both sides, so nothing here tells whether they differ.
      </p>
    </>
  );
}
