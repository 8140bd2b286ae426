import { IconBookmark, IconChevronDown } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { removeView, replaceView, viewsQuery } from '@/api/queries/views';
import { useRefresh } from '@/api/queryClient';
import type { View, ViewList } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Dropdown } from '@/components/Dropdown';
import dropdown from '@/components/Dropdown.module.css';
import {
  DropdownButton,
  DropdownLabel,
  DropdownLink,
  DropdownRule,
  ItemEnd,
} from '@/components/DropdownItems';
import { Failure } from '@/components/Failure';
import { SmallButton } from '@/components/SmallButton';
import { showToast } from '@/components/showToast';
import { useMay, useMe } from '@/components/useMe';
import classes from './-instances.module.css';
import type { Search } from './-search';
import { allOf, queryOf, searchOf } from './-viewSearch';
import * as texts from '@/texts/instances';

const ViewDialog = lazy(() => import('./-ViewDialog'));

interface ViewsProps {
  search: Search;
  list: ViewList | undefined;
  active: View | undefined;
  /** Whether what is shown is no longer what the view shows. */
  changed: boolean;
  onShow: (search: Search) => void;
}

type Asking = { what: 'add' } | { what: 'edit' | 'delete'; view: View };

/** The kept views of the list: choose one, keep what is shown as one, change and delete them. */
export function Views({ search, list, active, changed, onShow }: ViewsProps) {
  const mayChange = useMayChange(active);
  const [asking, setAsking] = useState<Asking>();
  const refresh = useRefresh(viewsQuery);
  const replace = useMutation({
    mutationFn: ({ view, ...now }: { view: View; query?: string; default?: boolean; said: string }) => {
      const { said: _said, ...change } = now;
      const { name, query, shared } = view;
      return replaceView(view.id, { name, query, shared, ...change });
    },
    onSuccess: (_view, { said }) => {
      showToast(said);
      return refresh();
    },
  });
  const query = queryOf(search);
  const save = (view: View) => replace.mutate({ view, query, said: texts.viewSaved(view.name) });
  const first = active !== undefined && list?.default === active.id;
  const close = () => setAsking(undefined);
  return (
    <div className="row">
      {active && changed && (
        <>
          <span className={`small ${classes.unsaved}`}>{texts.unsavedChanges}</span>
          {mayChange && (
            <SmallButton loading={replace.isPending} onClick={() => save(active)}>
              {texts.save}
            </SmallButton>
          )}
          <SmallButton onClick={() => onShow(searchOf(active))}>{texts.undo}</SmallButton>
        </>
      )}
      <Dropdown
        align="end"
        className={dropdown.opener}
        contents={texts.views}
        {...(active ? { label: texts.view(active.name) } : {})}
        on={active !== undefined}
        button={
          <>
            <IconBookmark size={15} stroke={1.8} aria-hidden="true" />
            <span className={`cut ${classes.viewName}`}>{active?.name ?? texts.views}</span>
            <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
          </>
        }
      >
        <DropdownLink to="/instances" search={allOf(list)}>
          {texts.allInstances}
        </DropdownLink>
        <ViewLinks list={list} active={active} />
        <DropdownRule />
        <DropdownButton disabled={query === ''} onClick={() => setAsking({ what: 'add' })}>
          {texts.saveAsNewView2}
          {query === '' && <ItemEnd>{texts.setAFilterOrSort}</ItemEnd>}
        </DropdownButton>
        {active && (
          <>
            {mayChange && changed && (
              <DropdownButton onClick={() => save(active)}>{texts.saveChangesTo(active.name)}</DropdownButton>
            )}
            <DropdownButton
              onClick={() =>
                replace.mutate({
                  view: active,
                  default: !first,
                  said: first ? texts.thePageOpensWithAll : texts.thePageOpensWith(active.name),
                })
              }
            >
              {first ? texts.removeAsDefault : texts.makeDefault}
            </DropdownButton>
            {mayChange && (
              <>
                <DropdownButton onClick={() => setAsking({ what: 'edit', view: active })}>
                  {texts.renameOrShare2}
                </DropdownButton>
                <DropdownButton danger onClick={() => setAsking({ what: 'delete', view: active })}>
                  {texts.deleteText2}
                </DropdownButton>
              </>
            )}
          </>
        )}
      </Dropdown>
      {replace.error && <Failure error={replace.error} what={texts.couldntChangeTheView} />}
      {asking?.what === 'delete' && (
        <Confirm
          title={texts.deleteTheView(asking.view.name)}
          verb={texts.deleteText}
          destructive
          run={() => removeView(asking.view.id)}
          onDone={() => {
            void refresh();
            onShow({ ...search, view: undefined });
          }}
          onClose={close}
        >
          {texts.theInstancesArentAffected(asking.view.shared)}
        </Confirm>
      )}
      {asking && asking.what !== 'delete' && (
        <Suspense fallback={null}>
          <ViewDialog
            query={query}
            view={asking.what === 'edit' ? asking.view : undefined}
            first={asking.what === 'edit' && first}
            onDone={async (view) => {
              await refresh();
              if (asking.what === 'add') onShow({ ...search, view: view.id });
              close();
            }}
            onClose={close}
          />
        </Suspense>
      )}
    </div>
  );
}

/** Whether who is logged in may change a view. Anybody may choose it, and show it first. */
function useMayChange(view: View | undefined): boolean {
  const me = useMe();
  const administrator = useMay('administrator');
  return view !== undefined && (view.owner === me?.id || administrator);
}

function ViewLinks({ list, active }: Pick<ViewsProps, 'list' | 'active'>) {
  const me = useMe();
  const views = [...(list?.views ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  const groups = [
    { title: texts.yourViews, of: views.filter((v) => v.owner === me?.id) },
    { title: texts.sharedWithYou, of: views.filter((v) => v.owner !== me?.id) },
  ];
  return groups.map(
    ({ title, of }) =>
      of.length > 0 && (
        <div key={title} role="group" aria-label={title}>
          <DropdownLabel>{title}</DropdownLabel>
          {of.map((view) => (
            <DropdownLink
              key={view.id}
              to="/instances"
              search={searchOf(view)}
              aria-current={view.id === active?.id ? 'true' : undefined}
            >
              <span className={`cut ${classes.viewName}`}>{view.name}</span>
              <ItemEnd>
                <span className={`dim tiny ${classes.about}`}>
                  {aboutOf(view, list?.default, view.owner === me?.id)}
                </span>
              </ItemEnd>
            </DropdownLink>
          ))}
        </div>
      ),
  );
}

function aboutOf(view: View, byDefault: string | undefined, own: boolean): string {
  const facts = [
    view.id === byDefault ? texts.shownFirst : '',
    own ? (view.shared ? texts.shared : '') : texts.by(view.ownerName ?? texts.someoneElse),
  ];
  return facts.filter(Boolean).join(', ');
}
