import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldsOf } from '@/api/errors';
import { contractPreviewQuery, contractQuery, setContract } from '@/api/queries/projects';
import { useRefresh } from '@/api/queryClient';
import type { Contract, ContractPage, OperationKind, Sample } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Failure } from '@/components/Failure';
import { Panel } from '@/components/Panel';
import { operationWords } from '@/components/status/looks';
import { showToast } from '@/components/showToast';
import { Checkbox } from '@/components/ui/Checkbox';
import {
  type ContractDraft,
  contractOf,
  draftOf,
  kinds,
  type MechanismDraft,
  mechanismDraft,
  problemsOf,
  routesDraft,
} from './-contractDraft';
import { EditorBar } from './-EditorBar';
import { MechanismPanel } from './-MechanismPanel';
import { RoutesPanel } from './-RoutesPanel';
import * as texts from '@/texts/projects';

interface ContractEditorProps {
  cluster: string;
  page: ContractPage;
}

/** Edits how a cluster's Grove is spoken to, beside what each operation would send by it. */
export function ContractEditor({ cluster, page }: ContractEditorProps) {
  const refresh = useRefresh(contractQuery(cluster));
  const [draft, setDraft] = useState<ContractDraft>(() => draftOf(page));
  const [asking, setAsking] = useState(false);
  const contract = contractOf(draft);
  const changed = JSON.stringify(contract) !== JSON.stringify(contractOf(draftOf(page)));
  const local = problemsOf(draft);
  const whole = Object.keys(local).length === 0;
  const { samples, errors, failure, fresh } = useDryRun(cluster, contract, whole);
  const problems = { ...errors, ...local };
  const said = Object.keys(problems).length;
  const ready = changed && fresh && said === 0 && failure === null;
  const change = (kind: OperationKind, to: MechanismDraft) =>
    setDraft((before) => ({ ...before, operations: new Map(before.operations).set(kind, to) }));
  const touched = kinds.filter((kind) => {
    const now = page.samples.find((s) => s.kind === kind)?.request;
    return JSON.stringify(now) !== JSON.stringify(sampleOf(samples, kind)?.request);
  });
  return (
    <form
      noValidate
      className="stack gap-12"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) setAsking(true);
      }}
    >
      <p className="small">{texts.howOcimTriggersEachGrove}</p>
      {kinds.map((kind) => {
        const own = draft.operations.get(kind);
        if (!own) return null;
        return (
          <MechanismPanel
            key={kind}
            kind={kind}
            draft={own}
            problems={problems}
            sample={sampleOf(samples, kind)}
            old={!fresh || said > 0}
            other={touched.includes(kind)}
            onChange={(to) => change(kind, to)}
            onDefault={() => change(kind, mechanismDraft(page.default.operations?.[kind], false))}
          />
        );
      })}
      <RoutesPanel
        draft={draft.routes}
        problems={problems}
        onChange={(routes) => setDraft((before) => ({ ...before, routes }))}
        onDefault={() =>
          setDraft((before) => ({ ...before, routes: routesDraft(page.default.routes, false) }))
        }
      />
      <Panel title={texts.reprovisioning}>
        <Checkbox
          label={texts.allowAdministratorsToReprovisionThis}
          description={texts.reprovisioningChangesTheClustersInfrastructure}
          checked={draft.allowReprovision}
          onChange={({ currentTarget: { checked } }) =>
            setDraft((before) => ({ ...before, allowReprovision: checked }))
          }
        />
      </Panel>
      {failure && <Failure error={failure} what={texts.couldntRunTheDryRun} />}
      <EditorBar changed={changed} ready={ready} onDiscard={() => setDraft(draftOf(page))}>
        {words(changed, said, fresh)}
      </EditorBar>
      {asking && (
        <Confirm
          title={texts.saveTheGroveIntegration}
          verb={texts.save}
          run={() => setContract(cluster, contract)}
          onDone={() => {
            showToast(texts.groveIntegrationSaved);
            void refresh();
          }}
          onClose={() => setAsking(false)}
        >
          <p>
            {texts.operationsThatAreAlreadyWaiting(
              touched.length,
              touched.map((k) => operationWords[k]).join(', '),
            )}
          </p>
        </Confirm>
      )}
    </form>
  );
}

function sampleOf(samples: readonly Sample[], kind: OperationKind): Sample | undefined {
  return samples.find((s) => s.kind === kind);
}

/** Tries a contract that is being edited: what it would send, or what is wrong with it. */
function useDryRun(cluster: string, contract: Contract, whole: boolean) {
  const text = JSON.stringify(contract);
  const [settled] = useDebouncedValue(text, 400);
  const query = useQuery({
    ...contractPreviewQuery(cluster, JSON.parse(settled) as Contract),
    enabled: whole,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const about = fieldsOf(query.error);
  const aimed = Object.keys(about).length > 0;
  return {
    samples: query.data?.samples ?? [],
    errors: aimed ? about : {},
    failure: aimed ? null : query.error,
    fresh: settled === text && !query.isPlaceholderData && !query.isFetching,
  };
}

function words(changed: boolean, problems: number, fresh: boolean): string {
  if (problems > 0) return texts.correctTheMarkedFields;
  if (!changed) return texts.noChanges;
  return fresh ? texts.reviewTheDryRunsThen : texts.runningDryRun;
}
