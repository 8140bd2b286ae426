import { ActionIcon, NativeSelect, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { Mechanism, OperationKind, Sample } from '@/api/types';
import { Request } from '@/components/operations/PreviewView';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { operationWords } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { type MechanismDraft, rowPath, type Variable } from './-contractDraft';
import classes from './-projects.module.css';

const mechanisms: readonly { value: Mechanism['by']; label: string }[] = [
  { value: 'trigger', label: 'Pipeline trigger, with variables' },
  { value: 'commit', label: 'Commit, with a message' },
  { value: 'pipeline', label: 'New pipeline, with variables' },
];

const changed = { shape: 'half', tone: 'busy', word: 'Other than the default' } as const;
const unsaved = { shape: 'triangle', tone: 'warn', word: 'Other than now' } as const;

interface MechanismPanelProps {
  kind: OperationKind;
  draft: MechanismDraft;
  /** What is wrong, by the path the API names. */
  problems: Record<string, string>;
  sample: Sample | undefined;
  /** Whether the sample is not of what is typed now. */
  old: boolean;
  /** Whether the sample is other than what is sent now. */
  other: boolean;
  onChange: (draft: MechanismDraft) => void;
  onDefault: () => void;
}

/** How one operation is asked for, and what would be sent. */
export function MechanismPanel(props: MechanismPanelProps) {
  const { kind, draft, problems, sample, old, other, onChange, onDefault } = props;
  const word = operationWords[kind];
  const path = `operations.${kind}`;
  const edit = (to: Partial<MechanismDraft>) => onChange({ ...draft, ...to, own: true });
  const whole = problems[path];
  return (
    <Panel
      title={word}
      note={
        <>
          {draft.own && <Status look={changed} />} {other && <Status look={unsaved} />}
        </>
      }
      actions={
        draft.own && (
          <SmallButton onClick={onDefault} aria-label={`Back to the default: ${word}`}>
            Back to the default
          </SmallButton>
        )
      }
    >
      <div className={classes.columns}>
        <fieldset className={classes.mechanism}>
          <legend>{word}</legend>
          <NativeSelect
            label="Asked for by"
            data={mechanisms}
            value={draft.by}
            error={problems[`${path}.by`]}
            onChange={({ currentTarget: { value } }) => edit(switched(draft, value as Mechanism['by']))}
          />
          {draft.by === 'commit' ? (
            <TextInput
              label="Commit message"
              description="May hold {instance}, {deploymentId}, {repository}, {branch} and {entries}."
              value={draft.message}
              error={problems[`${path}.message`]}
              onChange={({ currentTarget: { value } }) => edit({ message: value })}
            />
          ) : (
            <Variables
              kind={kind}
              variables={draft.variables}
              problems={problems}
              onChange={(variables) => edit({ variables })}
            />
          )}
          {whole !== undefined && (
            <p className={classes.error} role="alert">
              {whole}
            </p>
          )}
        </fieldset>
        <div data-old={old || undefined} className={classes.sample}>
          {sample && <Request request={sample.request} open={other} />}
        </div>
      </div>
    </Panel>
  );
}

/** Another mechanism has variables or a message, not both. */
function switched(draft: MechanismDraft, by: Mechanism['by']): Partial<MechanismDraft> {
  if (by === 'commit') return { by, variables: [] };
  const variables =
    draft.variables.length > 0 ? draft.variables : [{ id: 0, name: 'INSTANCE_NAME', value: '{instance}' }];
  return { by, message: '', variables };
}

interface VariablesProps {
  kind: OperationKind;
  variables: readonly Variable[];
  problems: Record<string, string>;
  onChange: (variables: Variable[]) => void;
}

function Variables({ kind, variables, problems, onChange }: VariablesProps) {
  const path = `operations.${kind}.variables`;
  const set = (id: number, to: Partial<Variable>) =>
    onChange(variables.map((v) => (v.id === id ? { ...v, ...to } : v)));
  const next = Math.max(0, ...variables.map((v) => v.id + 1));
  return (
    <div className={classes.variables}>
      <p className={classes.under}>
        Values may hold {'{instance}'}, {'{deploymentId}'}, {'{repository}'}, {'{branch}'} and {'{entries}'}.
      </p>
      {variables.map(({ id, name, value }, i) => (
        <div key={id} className={classes.variable}>
          <TextInput
            aria-label={`Variable ${i + 1}`}
            placeholder="NAME"
            value={name}
            spellCheck={false}
            error={problems[rowPath(kind, id)] ?? problems[`${path}.${name}`]}
            onChange={(event) => set(id, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Value of variable ${i + 1}`}
            placeholder="value"
            value={value}
            spellCheck={false}
            onChange={(event) => set(id, { value: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={`Remove ${name === '' ? `variable ${i + 1}` : name}`}
            onClick={() => onChange(variables.filter((v) => v.id !== id))}
          >
            <IconX size={16} stroke={1.8} />
          </ActionIcon>
        </div>
      ))}
      {problems[path] !== undefined && (
        <p className={classes.error} role="alert">
          {problems[path]}
        </p>
      )}
      <SmallButton
        className={classes.add ?? ''}
        onClick={() => onChange([...variables, { id: next, name: '', value: '' }])}
      >
        Add a variable
      </SmallButton>
    </div>
  );
}
