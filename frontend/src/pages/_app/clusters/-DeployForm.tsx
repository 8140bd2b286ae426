import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { ApiError } from '@/api/errors';
import { keyEffectsQuery, previewLasts, previewQuery } from '@/api/queries/operations';
import type { Cluster, OperationRequest } from '@/api/types';
import { useChecks, withMarks } from '@/components/editor/useChecks';
import { Failure } from '@/components/Failure';
import { Loading } from '@/components/Loading';
import type { LineMark } from '@/components/yaml/Editor';
import { Yaml } from '@/components/yaml/Yaml';
import { SmallButton } from '@/components/SmallButton';
import { Panel } from '@/components/Panel';
import { Button } from '@/components/ui/Button';
import { Textarea, TextInput } from '@/components/ui/Field';
import { longestName, nameProblem, proposalFor } from '@/lib/names';
import { overrideKey } from '@/lib/overrideKey';
import classes from './-deploy.module.css';
import { NextSteps } from './-NextSteps';
import { useOverrides } from './-useOverrides';
import * as texts from '@/texts/clusters';

const Review = lazy(async () => ({ default: (await import('@/components/editor/Review')).Review }));

const starting = texts.onlyWhatDiffersFromThe;

/** An override goes to the file that its key belongs to. */
const overridden = ['config.yml', 'grove.yml'];

interface DeployFormProps {
  cluster: Cluster;
  /** Names the cluster has. */
  taken: readonly string[];
}

export function DeployForm({ cluster, taken }: DeployFormProps) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [touched, setTouched] = useState(false);
  const [text, setText] = useState(starting);
  const [reason, setReason] = useState('');
  const { overrides, read } = useOverrides(text);
  const queryClient = useQueryClient();
  const known = useQuery(keyEffectsQuery()).data;
  const [request, setRequest] = useState<OperationRequest>();
  // What is wrong with a field is shown here, at the field; the rest is for the preview.
  const check = useMutation({
    mutationFn: async () => {
      const { problems, values } = await read();
      if (problem !== undefined || problems.length > 0) return undefined;
      const why = reason.trim();
      const wanted: OperationRequest = {
        kind: 'create',
        instance: name,
        overrides: withoutBlanks(values),
        ...(why === '' ? {} : { reason: why }),
      };
      await queryClient.query({ ...previewQuery(cluster.id, wanted), gcTime: previewLasts });
      return wanted;
    },
    onSuccess: setRequest,
  });
  const fields = check.error instanceof ApiError ? check.error.fields : {};
  const problem = nameProblem(name, taken);
  const proposal = proposalFor(name, taken);
  const [checks = []] = useChecks([{ file: 'config.yml', text }]);
  const marks: readonly LineMark[] =
    overrides.problems.length > 0 ? overrides.problems : withMarks(marksOf(fields, overrides.lines), checks);
  const nameError = fields.instance ?? (touched || name !== '' ? problem : undefined);

  if (request) {
    return (
      <Suspense fallback={<Loading lines={8} label={texts.loadingPreview} />}>
        <Review
          cluster={cluster.id}
          request={request}
          send={texts.deploy}
          onBack={() => setRequest(undefined)}
          onStarted={(operation) =>
            void navigate({
              to: '/clusters/$cluster/instances/$instance',
              params: { cluster: cluster.id, instance: operation.instance },
              search: { operation: operation.id },
            })
          }
        />
      </Suspense>
    );
  }
  return (
    <form
      noValidate
      className={classes.columns}
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        check.mutate();
      }}
    >
      <div className="stack">
        <Panel title={texts.name}>
          <TextInput
            label={texts.instanceName}
            description={texts.lowercaseLettersDigitsAndHyphens}
            required
            autoFocus
            maxLength={longestName + 20}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              check.reset();
            }}
            onBlur={() => {
              if (name !== '') setTouched(true);
            }}
            error={nameError}
          />
          <p className={`tiny ${classes.good}`} role="status">
            {nameError === undefined && name !== '' && texts.isAvailable(name, cluster.name)}
            {nameError !== undefined && proposal !== undefined && (
              <SmallButton onClick={() => setName(proposal)}>{texts.use(proposal)}</SmallButton>
            )}
          </p>
        </Panel>
        <Panel title={texts.overrides} note={texts.tutorAndGroveKeysAs}>
          <Yaml
            label={texts.overridesYaml}
            text={text}
            minHeight={220}
            marks={marks}
            help={{ files: overridden, known }}
            onChange={(next) => {
              setText(next);
              check.reset();
            }}
          />
          <div role="status">
            {marks.length > 0 && (
              <ul className={`small ${classes.marks}`} aria-label={texts.problemsInTheOverrides}>
                {marks.map((mark, i) => (
                  <li key={i} data-warning={mark.warning}>
                    {texts.line(mark.line, mark.message)}
                  </li>
                ))}
              </ul>
            )}
          </div>
        </Panel>
        <Panel title={texts.reason}>
          <Textarea
            label={texts.reasonOptional}
            description={texts.savedInTheHistoryAnd}
            rows={3}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </Panel>
      </div>
      <aside className={`stack gap-12 ${classes.side}`} aria-label={texts.whatHappensNext}>
        <NextSteps name={name} cluster={cluster} />
        {check.error && <Failure error={check.error} what={texts.couldntDeployTheInstance} />}
        <Button type="submit" size="md" fullWidth loading={check.isPending}>
          {texts.preview}
        </Button>
      </aside>
    </form>
  );
}

/** A key that was left without a value says nothing. */
function withoutBlanks(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** What the API says of the overrides, at the lines of their keys. */
function marksOf(fields: Record<string, string>, lines: Record<string, number>): LineMark[] {
  return Object.entries(fields).flatMap(([field, message]) => {
    const key = overrideKey(field);
    if (key === undefined && field !== 'overrides') return [];
    return [{ line: lines[key ?? ''] ?? 1, message: key === undefined ? message : `${key} ${message}` }];
  });
}
