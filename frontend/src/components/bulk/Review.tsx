import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiError } from '@/api/errors';
import { bulkPreviewQuery, startBulk } from '@/api/queries/bulk';
import type { Bulk, BulkGroup, BulkPreview, BulkWish, Warning } from '@/api/types';
import { newKey } from '@/lib/key';
import { Empty } from '../Empty';
import { Failure } from '../Failure';
import { Loaded } from '../Loaded';
import { Effects } from '../operations/Effects';
import { Files } from '../operations/Files';
import { Request } from '../operations/PreviewView';
import { Warnings } from '../operations/Warnings';
import { Panel } from '../Panel';
import { Mark } from '../status/Mark';
import classes from './bulk.module.css';
import { TargetList } from './TargetList';
import { countOf } from './targets';

interface ReviewProps {
  wish: BulkWish;
  onBack: () => void;
  onStarted: (bulk: Bulk) => void;
}

/** A bulk change before it starts: alike instances together, those left out with why, and the waves. */
export default function Review({ wish, onBack, onStarted }: ReviewProps) {
  const query = useQuery(bulkPreviewQuery(wish));
  const queryClient = useQueryClient();
  const intent = useRef<{ hash: string; key: string }>(undefined);
  // Set at once, unlike what React renders: the second press of a double click finds it.
  const sent = useRef(false);
  const start = useMutation({
    mutationFn: (hash: string) => {
      if (intent.current?.hash !== hash) intent.current = { hash, key: newKey() };
      return startBulk(intent.current.key, wish, hash);
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
    <div className={classes.steps}>
      <Loaded query={query} what="The preview" lines={10}>
        {(shown) => <Groups preview={shown} kind={wish.kind} />}
      </Loaded>
      {start.error && <Failure error={start.error} what="The bulk change was not started." />}
      <div className={classes.bar}>
        <p role="status">
          {preview && first
            ? `${first.instance} goes first, alone.`
            : preview
              ? 'Nothing would change, so there is nothing to start.'
              : 'Nothing is sent yet.'}{' '}
          {wish.reason === undefined ? 'No reason is given.' : `Reason: ${wish.reason}`}
        </p>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button
          color={wish.kind === 'archive' ? 'red.9' : 'fern'}
          disabled={!preview || !first || query.isFetching}
          loading={start.isPending}
          onClick={() => {
            if (!preview || sent.current) return;
            sent.current = true;
            start.mutate(preview.hash);
          }}
        >
          {preview ? `Change ${count(preview)}` : 'Change them'}
        </Button>
      </div>
    </div>
  );
}

/** Why alike ones are left out; the message itself names the first of them only. */
function reasonOf({ targets, warnings }: BulkGroup): string {
  const why = warnings.find((w) => w.blocking);
  const many = targets.length > 1 && why ? reasons[why.code] : undefined;
  return many ?? why?.message ?? 'Nothing to change';
}

const reasons: Partial<Record<Warning['code'], string>> = {
  unchanged: 'They are like this already',
  archived: 'They are archived; unarchive them first',
  notInGit: 'They are not in git: still being created, or deleted',
  nameTaken: 'They are not archived',
  protected: 'They are protected; lift the protection first',
};

function count({ waves }: BulkPreview): string {
  const n = waves.flat().length;
  return `${n} ${n === 1 ? 'instance' : 'instances'}`;
}

function Groups({ preview, kind }: { preview: BulkPreview; kind: BulkWish['kind'] }) {
  const changed = preview.groups.filter((g) => !g.skipped);
  const skipped = preview.groups.filter((g) => g.skipped);
  return (
    <>
      <Warnings warnings={preview.warnings} />
      {changed.length === 0 && (
        <Empty title="Nothing would change">Each of the instances is left out; below stands why.</Empty>
      )}
      {changed.map((group, i) => (
        <Panel
          key={i}
          title={changed.length === 1 ? 'They change alike' : `Group ${i + 1} of ${changed.length}, alike`}
          note={countOf(group.targets)}
        >
          <Group group={group} kind={kind} />
        </Panel>
      ))}
      {skipped.length > 0 && (
        <Panel title="Left out" note={countOf(skipped.flatMap((g) => g.targets))}>
          <div className={classes.group}>
            {skipped.map((group, i) => (
              <section key={i} aria-label={`Left out, ${i + 1}`} className={classes.skipped}>
                <h3>
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
        <Panel title="Waves" note={`${preview.waves.length}, one after another`}>
          <ol className={classes.waves}>
            {preview.waves.map((wave, i) => (
              <li key={i}>
                <strong>{i === 0 ? 'First' : `Wave ${i + 1}`}</strong>{' '}
                {wave.map((t) => t.instance).join(', ')}
              </li>
            ))}
          </ol>
        </Panel>
      )}
    </>
  );
}

function Group({ group, kind }: { group: BulkGroup; kind: BulkWish['kind'] }) {
  const [first] = group.targets;
  return (
    <div className={classes.group}>
      <Warnings warnings={group.warnings} />
      <TargetList targets={group.targets} />
      <div>
        <h3>What happens to each</h3>
        <Effects effects={group.effects} />
      </div>
      {group.files.length > 0 && (
        <div>
          <h3>
            What changes in git
            {group.targets.length > 1 && `, as in ${first?.instance ?? ''}; the others alike`}
          </h3>
          <Files files={group.files} />
        </div>
      )}
      {group.files.length === 0 && kind !== 'update' && (
        <p className={classes.about}>Grove changes git by itself, when it is asked.</p>
      )}
      {group.request !== undefined && <Request request={group.request} />}
    </div>
  );
}
