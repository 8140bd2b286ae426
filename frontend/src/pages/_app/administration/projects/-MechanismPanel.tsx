import type { Mechanism, OperationKind, Sample } from '@/api/types';
import { ErrorText } from '@/components/ErrorText';
import { Request } from '@/components/operations/PreviewView';
import { operationWords } from '@/components/status/looks';
import { Status } from '@/components/status/Status';
import { NativeSelect, TextInput } from '@/components/ui/Field';
import { type MechanismDraft, rowPath } from './-contractDraft';
import { Group, OwnPanel } from './-OwnPanel';
import { Pairs } from './-Pairs';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

const mechanisms: readonly { value: Mechanism['by']; label: string }[] = [
  { value: 'trigger', label: texts.pipelineTriggerWithVariables },
  { value: 'commit', label: texts.commitWithAMessage },
  { value: 'pipeline', label: texts.newPipelineWithVariables },
];

const unsaved = { shape: 'triangle', tone: 'warn', word: texts.changed } as const;

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
  return (
    <OwnPanel title={word} own={draft.own} note={other && <Status look={unsaved} />} onDefault={onDefault}>
      <div className={classes.columns}>
        <Group legend={word}>
          <NativeSelect
            label={texts.method}
            data={mechanisms}
            value={draft.by}
            error={problems[`${path}.by`]}
            onChange={({ currentTarget: { value } }) => edit(switched(draft, value as Mechanism['by']))}
          />
          {draft.by === 'commit' ? (
            <TextInput
              label={texts.commitMessage}
              description={texts.placeholdersAnd}
              value={draft.message}
              error={problems[`${path}.message`]}
              onChange={({ currentTarget: { value } }) => edit({ message: value })}
            />
          ) : (
            <Pairs
              one="variable"
              placeholder="NAME"
              about={texts.placeholdersInValuesAnd}
              pairs={draft.variables}
              problemOf={({ id, name }) =>
                problems[rowPath(kind, id)] ?? problems[`${path}.variables.${name}`]
              }
              problem={problems[`${path}.variables`]}
              onChange={(variables) => edit({ variables })}
            />
          )}
          <ErrorText>{problems[path]}</ErrorText>
        </Group>
        <div data-old={old || undefined} className={classes.sample}>
          {sample && <Request request={sample.request} open={other} />}
        </div>
      </div>
    </OwnPanel>
  );
}

/** Another mechanism has variables or a message, not both. */
function switched(draft: MechanismDraft, by: Mechanism['by']): Partial<MechanismDraft> {
  if (by === 'commit') return { by, variables: [] };
  const variables =
    draft.variables.length > 0 ? draft.variables : [{ id: 0, name: 'INSTANCE_NAME', value: '{instance}' }];
  return { by, message: '', variables };
}
