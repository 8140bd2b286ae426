import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { BulkRequest, Target } from '@/api/types';
import { maySomewhere } from '@/components/roles';
import type { Draft } from '@/components/bulk/draft';
import { TagChoice } from '@/components/bulk/TagChoice';
import { addTargets, readTargets, sameTarget, writeTargets } from '@/components/bulk/targets';
import { useChoice } from '@/components/bulk/useChoice';
import { Empty } from '@/components/Empty';
import { ButtonLink } from '@/components/links';
import { Loading } from '@/components/Loading';
import { Crumb, Page } from '@/components/Page';
import { useMe } from '@/components/useMe';
import { searchOf, words } from '@/lib/readSearch';
import * as texts from '@/texts/bulk';

const Compose = lazy(() => import('@/components/bulk/Compose'));
const Review = lazy(() => import('@/components/bulk/Review'));

export const Route = createFileRoute('/_app/bulk/new')({
  validateSearch: searchOf({ on: words }),
  component: NewBulk,
});

function NewBulk() {
  const { on } = Route.useSearch();
  const navigate = Route.useNavigate();
  const me = useMe();
  const choice = useChoice();
  const targets = useMemo(() => readTargets(on ?? []), [on]);
  const [draft, setDraft] = useState<Draft>();
  const [request, setRequest] = useState<BulkRequest>();
  const show = (next: readonly Target[]) =>
    void navigate({ search: { on: writeTargets(next) }, replace: true, resetScroll: false });
  const add = (more: Target[]) => {
    choice.choose(more, true);
    show(addTargets(targets, more));
  };
  const remove = (gone: Target) => {
    choice.choose([gone], false);
    show(targets.filter((t) => !sameTarget(t, gone)));
  };
  return (
    <Page
      title={texts.bulkChange}
      crumbs={<Crumb to="/bulk">{texts.bulkChanges}</Crumb>}
      about={request ? texts.previewNothingHasBeenSent : texts.ocimAppliesOneChangeTo}
    >
      {!me || !maySomewhere(me, 'operator') ? (
        <Empty title={texts.youDontHavePermission}>{texts.youNeedTheOperatorRole}</Empty>
      ) : targets.length === 0 ? (
        <Empty
          title={texts.noInstancesSelected}
          action={<ButtonLink to="/instances">{texts.selectInstances}</ButtonLink>}
        >
          {texts.selectInstancesWithTheCheckboxes2}
          <TagChoice me={me} kind="update" onAdd={add} />
        </Empty>
      ) : (
        <Suspense fallback={<Loading lines={10} label={texts.loadingForm} />}>
          {request ? (
            <Review
              request={request}
              onBack={() => setRequest(undefined)}
              onStarted={({ id }) => {
                choice.clear();
                void navigate({ to: '/bulk/$bulk', params: { bulk: id }, replace: true });
              }}
            />
          ) : (
            <Compose
              me={me}
              targets={targets}
              onAdd={add}
              {...(draft ? { draft } : {})}
              onRemove={remove}
              onPreview={(next, typed) => {
                setDraft(typed);
                setRequest(next);
              }}
            />
          )}
        </Suspense>
      )}
    </Page>
  );
}
