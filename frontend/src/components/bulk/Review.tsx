import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiError } from '@/api/errors';
import { bulkPreviewQuery, startBulk } from '@/api/queries/bulk';
import type { Bulk, BulkGroup, BulkPreview, BulkRequest, Warning } from '@/api/types';
import { newKey } from '@/lib/key';
import { rough } from '@/lib/time';
import { Empty } from '../Empty';
import { Failure } from '../Failure';
import { Loaded } from '../Loaded';
import { Effects } from '../operations/Effects';
import { Files } from '../operations/Files';
import { Request } from '../operations/PreviewView';
import { Warnings } from '../operations/Warnings';
import { Panel } from '../Panel';
import { Mark } from '../status/Mark';
import { Button } from '../ui/Button';
import { StickyBar } from '../ui/StickyBar';
import classes from './bulk.module.css';
import { TargetList } from './TargetList';
import { waitsForHealth } from './looks';
import { countOf } from './targets';
import * as texts from '@/texts/bulk';

interface ReviewProps {
  request: BulkRequest;
  onBack: () => void;
  onStarted: (bulk: Bulk) => void;
}

/** A bulk change before it starts: alike instances together, those left out with why, and the waves. */
export default function Review({ request, onBack, onStarted }: ReviewProps) {
  const query = useQuery(bulkPreviewQuery(request));
  const queryClient = useQueryClient();
  const intent = useRef<{ hash: string; key: string }>(undefined);
  // Set at once, unlike what React renders: the second press of a double click finds it.
  const sent = useRef(false);
  const start = useMutation({
    mutationFn: (hash: string) => {
      if (intent.current?.hash !== hash) intent.current = { hash, key: newKey() };
      return startBulk(intent.current.key, request, hash);
    },
    onSuccess: (bulk) => {
      void queryClient.invalidateQueries({ queryKey: ['bulks'] });
      onStarted(bulk);
    },
    onError: (error) => {
      sent.current = false;
      // Without an answer it may have started; then the preview would forbid what the same key repeats.
      if (error instanceof ApiError && error.temporary) return;
      // It may be refused since it is not what was previewed any more: look again.
      void queryClient.invalidateQueries({ queryKey: ['bulk preview'] });
    },
  });
  const preview = query.data;
  const first = preview?.waves[0]?.[0];
  return (
    <div className="stack">
      <Loaded query={query} what={texts.thePreview} lines={10}>
        {(shown) => <Groups preview={shown} request={request} />}
      </Loaded>
      {start.error && <Failure error={start.error} what={texts.couldntStartTheBulkChange} />}
      <StickyBar
        says={
          <>
            {preview && first
              ? texts.canary2(first.instance)
              : preview
                ? texts.noInstanceWouldChange
                : texts.nothingHasBeenSent}{' '}
            {request.reason === undefined ? texts.noReason : texts.reason2(request.reason)}
          </>
        }
      >
        <Button variant="default" onClick={onBack}>
          {texts.back}
        </Button>
        <Button
          danger={request.kind === 'archive'}
          disabled={!preview || !first || query.isFetching}
          loading={start.isPending}
          onClick={() => {
            if (!preview || sent.current) return;
            sent.current = true;
            start.mutate(preview.hash);
          }}
        >
          {preview ? texts.change2(count(preview)) : texts.changeInstances}
        </Button>
      </StickyBar>
    </div>
  );
}

/** Why alike ones are left out; the message itself names the first of them only. */
function reasonOf({ targets, warnings }: BulkGroup): string {
  const why = warnings.find((w) => w.blocking);
  const many = targets.length > 1 && why ? reasons[why.code] : undefined;
  return many ?? why?.message ?? texts.noChange;
}

const reasons: Partial<Record<Warning['code'], string>> = {
  unchanged: texts.alreadySet,
  archived: texts.archivedUnarchiveThemFirst,
  notInGit: texts.notInGitStillBeing,
  nameTaken: texts.notArchived,
  protected: texts.protectedUnprotectThemFirst,
};

function count({ waves }: BulkPreview): string {
  const n = waves.flat().length;
  return `${n} ${n === 1 ? 'instance' : 'instances'}`;
}

function Groups({ preview, request }: { preview: BulkPreview; request: BulkRequest }) {
  const changed = preview.groups.filter((g) => !g.skipped);
  const skipped = preview.groups.filter((g) => g.skipped);
  return (
    <>
      <Warnings warnings={preview.warnings} />
      {changed.length === 0 && (
        <Empty title={texts.nothingWouldChange}>{texts.everyInstanceIsSkippedSee}</Empty>
      )}
      {changed.map((group, i) => (
        <Panel
          key={i}
          title={changed.length === 1 ? texts.sameChange : texts.groupOfSameChange(i + 1, changed.length)}
          note={countOf(group.targets)}
        >
          <Group group={group} kind={request.kind} />
        </Panel>
      ))}
      {skipped.length > 0 && (
        <Panel title={texts.skipped} note={countOf(skipped.flatMap((g) => g.targets))}>
          <div className={`stack ${classes.group}`}>
            {skipped.map((group, i) => (
              <section key={i} aria-label={texts.skippedGroup(i + 1)} className={classes.skipped}>
                <h3 className="line">
                  <Mark shape="slash" />
                  {reasonOf(group)}
                </h3>
                <TargetList targets={group.targets} />
              </section>
            ))}
          </div>
        </Panel>
      )}
      {preview.waves.length > 0 && (
        <Panel title={texts.waves} note={texts.waves2(preview.waves.length)}>
          <ol className={`stack gap-6 small ${classes.waves}`}>
            {preview.waves.map((wave, i) => (
              <li key={i}>
                <strong>{i === 0 ? texts.canary : texts.wave2(i + 1)}</strong>{' '}
                {wave.map((t) => t.instance).join(', ')}
              </li>
            ))}
          </ol>
          <p className={`tiny dim ${classes.about}`}>
            {texts.takesAbout(rough(preview.estimate.seconds), preview.estimate.runs)}{' '}
            {waitsForHealth(request) && preview.waves.length > 1 && texts.plusHealth}
          </p>
        </Panel>
      )}
    </>
  );
}

function Group({ group, kind }: { group: BulkGroup; kind: BulkRequest['kind'] }) {
  const [first] = group.targets;
  return (
    <div className={`stack ${classes.group}`}>
      <Warnings warnings={group.warnings} />
      <TargetList targets={group.targets} />
      <div>
        <h3>{texts.effectsOnEachInstance}</h3>
        <Effects effects={group.effects} />
      </div>
      {group.files.length > 0 && (
        <div>
          <h3>
            {texts.gitChanges(
              group.targets.length > 1 && texts.shownTheOthersAreIdentical(first?.instance ?? ''),
            )}
          </h3>
          <Files files={group.files} />
        </div>
      )}
      {group.files.length === 0 && kind !== 'update' && (
        <p className={`tiny dim ${classes.about}`}>{texts.groveCommitsThisChangeTo}</p>
      )}
      {group.request !== undefined && <Request request={group.request} />}
    </div>
  );
}
