import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError } from '@/api/errors';
import { setUsageContract, tryUsageContract, usageContractQuery } from '@/api/queries/projects';
import type { UsageContract, UsageContractPage, UsageReport } from '@/api/types';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { ownLook } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { Table } from '@/components/Table';
import { showToast } from '@/components/showToast';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { NativeSelect, TextInput } from '@/components/ui/Field';
import { count, measures } from '@/components/usage/measures';
import { Unsaved } from '@/components/Unsaved';
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
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && whole && !busy) save.mutate(usage);
      }}
    >
      <p className={classes.text}>{texts.ocimCollectsUsageFromThis}</p>
      <div className={classes.columns}>
        <div className={classes.column}>
          <Panel
            title={texts.request}
            note={own && <Status look={ownLook} />}
            actions={
              own && (
                <SmallButton onClick={() => setDraft(usageDraft(page.default))}>
                  {texts.resetToDefault}
                </SmallButton>
              )
            }
          >
            <Group legend={texts.request}>
              <TextInput
                label={texts.functionText}
                description={texts.functionNameInTheClusters}
                value={draft.function}
                spellCheck={false}
                error={problems['usage.function']}
                onChange={({ currentTarget: { value } }) => edit({ function: value })}
              />
              <NativeSelect
                label={texts.period}
                data={periods}
                value={draft.period}
                onChange={({ currentTarget: { value } }) => edit({ period: value as UsageDraft['period'] })}
              />
              {draft.period === 'days' && (
                <TextInput
                  label={texts.days}
                  inputMode="numeric"
                  value={draft.days}
                  error={problems['usage.days']}
                  onChange={({ currentTarget: { value } }) => edit({ days: value.trim() })}
                />
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
          </Panel>
          <Panel title={texts.response}>
            <Group legend={texts.response}>
              <TextInput
                label={texts.rows}
                description={texts.pathToTheInstancesSuch}
                value={draft.rows}
                spellCheck={false}
                error={problems['usage.rows']}
                onChange={({ currentTarget: { value } }) => edit({ rows: value })}
              />
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
      <div className={classes.bar}>
        <p role="status">{words(changed, wrong)}</p>
        <Button variant="default" disabled={!changed} onClick={() => setDraft(usageDraft(page.usage))}>
          {texts.discardChanges}
        </Button>
        <Button type="submit" disabled={!changed || !whole} loading={save.isPending}>
          {texts.save}
        </Button>
      </div>
      <Unsaved changed={changed} />
    </form>
  );
}

function Group({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className={classes.mechanism}>
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}

/** What was read of the cluster's report, or why it was not. */
function Trial({
  report,
  old,
  failure,
}: {
  report: UsageReport | undefined;
  old: boolean;
  failure: Error | null;
}) {
  if (failure) return <Failure error={failure} what={texts.couldntParseTheReport} />;
  if (!report) {
    return <Empty title={texts.notTested}>{texts.theTestCallsTheCluster}</Empty>;
  }
  const { from, to, instances, skipped = 0 } = report;
  return (
    <div data-old={old || undefined} className={classes.sample} role="status" aria-label={texts.parsedResult}>
      <p className={classes.text}>
        {texts.to(
          from.slice(0, 10),
          to.slice(0, 10),
          numberOf(instances.length, 'instance'),
          skipped,
          numberOf(skipped, 'row'),
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
        <p className={classes.under}>{texts.andMore(instances.length - mostShown)}</p>
      )}
    </div>
  );
}

/** Enough to see whether fields are where they were said to be. */
const mostShown = 20;

function numberOf(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function fieldsOf(error: Error | null): Record<string, string> {
  return error instanceof ApiError ? error.fields : {};
}

/** An error that no field shows. */
function unaimed(error: Error | null): Error | null {
  return error && Object.keys(fieldsOf(error)).length === 0 ? error : null;
}

function words(changed: boolean, wrong: boolean): string {
  if (wrong) return texts.correctTheMarkedFields;
  return changed ? texts.testTheSettingsThenSave : texts.noChanges;
}
