import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useState } from 'react';
import { fieldsOf } from '@/api/errors';
import { setUsageContract, tryUsageContract, usageContractQuery } from '@/api/queries/projects';
import type { UsageContract, UsageContractPage, UsageReport } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { showToast } from '@/components/showToast';
import { Checkbox } from '@/components/ui/Checkbox';
import { NativeSelect, TextInput } from '@/components/ui/Field';
import { count, measures } from '@/components/usage/measures';
import { EditorBar } from './-EditorBar';
import { Group, OwnPanel } from './-OwnPanel';
import { Pairs } from './-Pairs';
import classes from './-projects.module.css';
import {
  parameterPath,
  reportFields,
  same,
  type UsageDraft,
  usageDraft,
  usageOf,
  usageProblems,
} from './-usageDraft';
import { plural } from '@/texts/plural';
import * as texts from '@/texts/projects';

interface UsageEditorProps {
  cluster: string;
  page: UsageContractPage;
}

const periods: readonly { value: UsageDraft['period']; label: string }[] = [
  { value: 'days', label: texts.aNumberOfDaysUp },
  { value: 'month', label: texts.theLastFullMonth },
];

/** Edits how a cluster's usage report is asked for and read, beside what is understood of it by that. */
export function UsageEditor({ cluster, page }: UsageEditorProps) {
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState<UsageDraft>(() => usageDraft(page.usage));
  const edit = (to: Partial<UsageDraft>) => setDraft((before) => ({ ...before, ...to }));
  const usage = usageOf(draft);
  const own = !same(usage, page.default);
  const changed = !same(usage, page.usage);
  const trial = useMutation({ mutationFn: (tried: UsageContract) => tryUsageContract(cluster, tried) });
  const save = useMutation({
    // The default is kept as such, so that it follows a later one.
    mutationFn: (kept: UsageContract) =>
      setUsageContract(cluster, same(kept, page.default) ? undefined : kept),
    onSuccess: (saved) => {
      showToast(texts.usageReportSettingsSaved);
      queryClient.setQueryData(usageContractQuery(cluster).queryKey, saved);
    },
  });
  // What was said of something else than is typed now counts no more.
  const failed = ({ error, variables }: typeof trial | typeof save) =>
    variables && same(variables, usage) ? error : null;
  const [untried, unsaved] = [failed(trial), failed(save)];
  const local = usageProblems(draft);
  const problems: Record<string, string> = { ...fieldsOf(untried), ...fieldsOf(unsaved), ...local };
  const whole = Object.keys(local).length === 0;
  const wrong = Object.keys(problems).length > 0;
  const busy = trial.isPending || save.isPending;
  const field = (name: 'function' | 'days' | 'rows') => ({
    value: draft[name],
    spellCheck: false,
    error: problems[`usage.${name}`],
    onChange: ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement>) => edit({ [name]: value }),
  });
  return (
    <form
      noValidate
      className="stack gap-12"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && whole && !busy) save.mutate(usage);
      }}
    >
      <p className="small">{texts.ocimCollectsUsageFromThis}</p>
      <div className={classes.columns}>
        <div className="stack">
          <OwnPanel title={texts.request} own={own} onDefault={() => setDraft(usageDraft(page.default))}>
            <Group legend={texts.request}>
              <TextInput
                label={texts.functionText}
                description={texts.functionNameInTheClusters}
                {...field('function')}
              />
              <NativeSelect
                label={texts.period}
                data={periods}
                value={draft.period}
                onChange={({ currentTarget: { value } }) => edit({ period: value as UsageDraft['period'] })}
              />
              {draft.period === 'days' && (
                <TextInput label={texts.days} inputMode="numeric" {...field('days')} />
              )}
              <Pairs
                one="parameter"
                placeholder={texts.name2}
                about={texts.sentAsQueryParametersPlaceholders}
                pairs={draft.query}
                problemOf={({ id }) => problems[parameterPath(id)]}
                problem={problems['usage.query']}
                onChange={(query) => edit({ query })}
              />
              <Checkbox
                label={texts.supportsHistoricalData}
                description={texts.ocimAlsoRequestsPastPeriods}
                checked={draft.history}
                onChange={({ currentTarget: { checked } }) => edit({ history: checked })}
              />
            </Group>
          </OwnPanel>
          <Panel title={texts.response}>
            <Group legend={texts.response}>
              <TextInput label={texts.rows} description={texts.pathToTheInstancesSuch} {...field('rows')} />
              {reportFields.map(({ name, label, description }) => (
                <TextInput
                  key={name}
                  label={label}
                  description={description}
                  placeholder="stats.users"
                  value={draft.fields[name]}
                  spellCheck={false}
                  error={problems[`usage.fields.${name}`]}
                  onChange={({ currentTarget: { value } }) =>
                    edit({ fields: { ...draft.fields, [name]: value } })
                  }
                />
              ))}
            </Group>
          </Panel>
        </div>
        <Panel
          title={texts.parsedResult}
          note={trial.data && !same(trial.variables, usage) && texts.fromEarlierSettings}
          actions={
            <SmallButton loading={trial.isPending} disabled={!whole} onClick={() => trial.mutate(usage)}>
              {texts.test}
            </SmallButton>
          }
        >
          <Trial
            report={trial.data}
            old={trial.variables !== undefined && !same(trial.variables, usage)}
            failure={unaimed(untried)}
          />
        </Panel>
      </div>
      {unsaved && unaimed(unsaved) && <Failure error={unsaved} what={texts.couldntSaveTheSettings} />}
      <EditorBar
        changed={changed}
        ready={changed && whole}
        busy={save.isPending}
        onDiscard={() => setDraft(usageDraft(page.usage))}
      >
        {words(changed, wrong)}
      </EditorBar>
    </form>
  );
}

interface TrialProps {
  report: UsageReport | undefined;
  /** Whether it is of other settings than those above. */
  old: boolean;
  failure: Error | null;
}

/** What was read of the cluster's report, or why it was not. */
function Trial({ report, old, failure }: TrialProps) {
  if (failure) return <Failure error={failure} what={texts.couldntParseTheReport} />;
  if (!report) {
    return <Empty title={texts.notTested}>{texts.theTestCallsTheCluster}</Empty>;
  }
  const { from, to, instances, skipped = 0 } = report;
  return (
    <div
      data-old={old || undefined}
      className={`stack gap-10 ${classes.sample}`}
      role="status"
      aria-label={texts.parsedResult}
    >
      <p className="small">
        {texts.to(
          from.slice(0, 10),
          to.slice(0, 10),
          plural(instances.length, 'instance'),
          skipped,
          plural(skipped, 'row'),
        )}
      </p>
      {instances.length > 0 && (
        <Table label={texts.parsedResult} heads={[texts.instance, ...measures.map(({ name }) => name)]}>
          {instances.slice(0, mostShown).map((row) => (
            <tr key={row.instance}>
              <td>{row.instance}</td>
              {measures.map(({ key }) => (
                <td key={key}>{count(row[key])}</td>
              ))}
            </tr>
          ))}
        </Table>
      )}
      {instances.length > mostShown && (
        <p className="dim tiny">{texts.andMore(instances.length - mostShown)}</p>
      )}
    </div>
  );
}

/** Enough to see whether fields are where they were said to be. */
const mostShown = 20;

/** An error that no field shows. */
function unaimed(error: Error | null): Error | null {
  return error && Object.keys(fieldsOf(error)).length === 0 ? error : null;
}

function words(changed: boolean, wrong: boolean): string {
  if (wrong) return texts.correctTheMarkedFields;
  return changed ? texts.testTheSettingsThenSave : texts.noChanges;
}
