import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { configurationQuery } from '@/api/queries/operations';
import type { Files } from '@/api/types';
import { ClusterCrumbs } from '@/components/ClusterCrumbs';
import { CompareChoice } from '@/components/compare/CompareChoice';
import { CompareFiles } from '@/components/compare/CompareFiles';
import { Empty } from '@/components/Empty';
import { Loaded } from '@/components/Loaded';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { searchOf, word } from '@/lib/readSearch';
import * as texts from '@/texts/clusters';

export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance/compare')({
  validateSearch: searchOf({ with: word, commit: word }),
  component: CompareRoute,
});

function CompareRoute() {
  const { cluster, instance } = Route.useParams();
  const { with: other, commit } = Route.useSearch();
  const navigate = Route.useNavigate();
  const place = placeOf(other, commit, { cluster, instance });
  return (
    <Page
      title={texts.compare2(instance)}
      crumbs={<ClusterCrumbs cluster={cluster} instance={instance} />}
      about={texts.differencesBetweenTwoConfigurationsIn}
    >
      <Panel title={texts.compareWith}>
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
        <Panel title={texts.differences}>
          <Empty title={texts.nothingSelected}>{texts.selectAnInstanceAnOperation}</Empty>
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
  const name = place.commit === '' ? place.instance : texts.commit2(place.commit.slice(0, 8));
  const sides = [
    place.cluster === cluster || place.commit !== '' ? name : texts.on(name, place.cluster),
    place.commit === '' ? instance : texts.now,
  ] as const;
  const rest = (old: Files) => (
    <Loaded query={after} what={texts.theConfigurationOf(instance)} lines={8}>
      {(now) => <CompareFiles before={old} after={now} sides={sides} />}
    </Loaded>
  );
  return (
    <>
      <Loaded query={before} what={texts.theConfigurationOf2(name)} lines={8}>
        {rest}
      </Loaded>
      <p className="small dim">{texts.secretsAreMaskedOnBoth}</p>
    </>
  );
}
