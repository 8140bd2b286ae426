import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { clusterQuery } from '@/api/queries/fleet';
import { overrideProject } from '@/api/queries/projects';
import type { Cluster, ProjectPage } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Loaded } from '@/components/Loaded';
import { Notice } from '@/components/Notice';
import { Panel } from '@/components/Panel';
import { factWord, foundAs, isOverridden, shownAs } from '@/components/projects/facts';
import { SmallButton } from '@/components/SmallButton';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { searchOf, word } from '@/lib/readSearch';
import { ProjectFrame } from '../-ProjectFrame';
import * as texts from '@/texts/projects';

const OverrideDialog = lazy(() => import('../-OverrideDialog'));

export const Route = createFileRoute('/_app/administration/projects/$cluster/facts')({
  /** The fact or link whose dialog is open. */
  validateSearch: searchOf({ change: word }),
  component: FactsRoute,
});

function FactsRoute() {
  const { cluster } = Route.useParams();
  return (
    <ProjectFrame cluster={cluster}>{(page) => <Overrides cluster={cluster} page={page} />}</ProjectFrame>
  );
}

function Overrides({ cluster, page }: { cluster: string; page: ProjectPage }) {
  const { change } = Route.useSearch();
  const navigate = Route.useNavigate();
  const queryClient = useQueryClient();
  const query = useQuery(clusterQuery(cluster));
  const [warning, setWarning] = useState<string>();
  const { mutateAsync, mutate, variables, error, isPending } = useMutation({
    mutationFn: ({ name, value }: { name: string; value: string | null }) =>
      overrideProject(cluster, name, value),
    onSuccess: (answer) => setWarning(answer.warning),
    onSettled: () => queryClient.invalidateQueries(),
  });
  const open = (name: string | undefined) => void navigate({ search: { change: name }, replace: true });
  const known = [...page.facts, ...page.links];
  return (
    <>
      {warning !== undefined && (
        <div role="status">
          <Notice tone="warn">{warning}</Notice>
        </div>
      )}
      {error && variables.value === null && (
        <Failure error={error} what={texts.couldntChange(factWord(variables.name))} />
      )}
      <Loaded query={query} what={texts.theCluster} lines={8}>
        {({ cluster: shown }) => {
          const table = (title: string, names: readonly string[]) => (
            <Panel title={title} note={noteOf(shown, names)} flush>
              <Table label={title} heads={[texts.name, texts.shown, texts.inTheRepository2, '']}>
                {names.map((name) => (
                  <FactRow
                    key={name}
                    cluster={shown}
                    name={name}
                    busy={isPending && variables.name === name}
                    onChange={() => open(name)}
                    onRevert={() => mutate({ name, value: null })}
                  />
                ))}
              </Table>
            </Panel>
          );
          return (
            <>
              {table(texts.details, page.facts)}
              {table(texts.links, page.links)}
              <Suspense fallback={null}>
                {change !== undefined && known.includes(change) && (
                  <OverrideDialog
                    key={change}
                    name={change}
                    link={page.links.includes(change)}
                    shown={shownAs(shown, change)}
                    found={foundAs(shown, change)}
                    send={(value) => mutateAsync({ name: change, value })}
                    onClose={() => open(undefined)}
                  />
                )}
              </Suspense>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function noteOf(cluster: Cluster, names: readonly string[]): string | undefined {
  const count = names.filter((name) => isOverridden(cluster, name)).length;
  return count === 0 ? undefined : texts.overridden(count);
}

const byHand = { shape: 'half', tone: 'busy', word: texts.overridden2 } as const;

interface FactRowProps {
  cluster: Cluster;
  name: string;
  busy: boolean;
  onChange: () => void;
  onRevert: () => void;
}

function FactRow({ cluster, name, busy, onChange, onRevert }: FactRowProps) {
  const overridden = isOverridden(cluster, name);
  const what = factWord(name);
  return (
    <tr>
      <td>{what}</td>
      <td data-wrap>
        {shownAs(cluster, name) ?? <span className="dim tiny">{texts.unknown}</span>}
        {overridden && (
          <>
            {' '}
            <Status look={byHand} />
          </>
        )}
      </td>
      <td data-wrap data-dim>
        {foundAs(cluster, name) ?? texts.notSet}
      </td>
      <td data-end>
        {overridden && (
          <SmallButton loading={busy} onClick={onRevert} aria-label={texts.removeOverride(what)}>
            {texts.removeOverride2}
          </SmallButton>
        )}{' '}
        <SmallButton onClick={onChange} aria-label={texts.override2(what)}>
          {texts.override3}
        </SmallButton>
      </td>
    </tr>
  );
}
