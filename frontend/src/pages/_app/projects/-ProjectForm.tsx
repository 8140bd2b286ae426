import { useEffect, useRef, useState } from 'react';
import { ApiError } from '@/api/errors';
import { addProject, checkNewProject } from '@/api/queries/projects';
import type { NewProject } from '@/api/types';
import { Failure } from '@/components/Failure';
import { Panel } from '@/components/Panel';
import { CheckList } from '@/components/projects/CheckList';
import { checkNames, type CheckRun, checkWords, fieldWords, summary } from '@/components/projects/checks';
import { useChecks } from '@/components/projects/useChecks';
import { SmallButton } from '@/components/SmallButton';
import { Actions } from '@/components/ui/Actions';
import { Button } from '@/components/ui/Button';
import { Checkbox } from '@/components/ui/Checkbox';
import { Textarea, TextInput } from '@/components/ui/Field';
import { PasswordInput } from '@/components/ui/PasswordInput';
import { useApiForm } from '@/components/useApiForm';
import { required } from '@/lib/required';
import { readProjectAddress } from '@/lib/projectAddress';
import { keepDraft, readDraft } from './-draft';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

const deployKeys = [
  { by: 'none', label: texts.noneOcimDoesntNeedOne },
  { by: 'make', label: texts.generateOneAndRegisterIt },
  { by: 'paste', label: texts.pasteAPrivateKeyTo },
];

const empty = {
  gitlabUrl: 'https://gitlab.com',
  project: '',
  apiToken: '',
  triggerToken: '',
  deployKeyBy: 'none',
  deployKey: '',
  gatewayUrl: '',
  gatewayUser: '',
  gatewayPassword: '',
  inspectorSecret: '',
};

type Values = typeof empty;

interface ProjectFormProps {
  /** Id of the user who adds it. */
  person: string;
  onAdded: (cluster: string, warning: string | undefined) => void;
}

/** Names a project and its credentials, shows their checks, and adds it. */
export function ProjectForm({ person, onAdded }: ProjectFormProps) {
  const checks = useChecks();
  const element = useRef<HTMLFormElement>(null);
  const [initialValues] = useState((): Values => ({ ...empty, ...readDraft(person) }));
  /** Whether what can be put right later may be left as it is, from the next press on. */
  const lenient = useRef(false);
  const form = useApiForm({
    initialValues,
    validate: {
      gitlabUrl: (v) => (/^https?:\/\//.test(v) ? null : texts.enterTheServersUrlStarting),
      project: required(texts.enterTheProjectsUrlNumeric),
      apiToken: (v) => (v === '' ? texts.enterATokenWithThe : null),
      triggerToken: (v) => (v === '' ? texts.enterAPipelineTriggerToken : null),
    },
    send: async (values) => {
      const body = bodyOf(values);
      const runs = await checks.run(checkNames, (name, signal) => checkNewProject(body, name, signal));
      refuse(runs ?? [], lenient.current);
      return addProject(body);
    },
    onDone: ({ project, warning }) => onAdded(project.id, warning),
  });
  const { values } = form;
  useEffect(() => {
    keepDraft(person, values);
  });

  const runs = [...checks.runs.values()];
  const left = runs.filter((r) => r.state === 'failed');
  const again = (name: CheckRun['name']) => {
    const body = bodyOf(values);
    checks
      .run([name], (one, signal) => checkNewProject(body, one, signal))
      .catch(() => element.current?.requestSubmit());
  };
  const split = () => {
    const address = readProjectAddress(values.project);
    if (!address) return;
    form.set('gitlabUrl', address.server);
    form.set('project', address.path);
  };

  return (
    <form ref={element} onSubmit={form.submit} noValidate className={`columns ${classes.columns}`}>
      <div className={`stack ${classes.form}`}>
        <Panel title={texts.gitlab}>
          <div className={classes.fields}>
            <TextInput
              label={texts.project}
              description={texts.urlNumericIdOrPath}
              autoFocus
              {...form.field('project')}
              onBlur={split}
            />
            <TextInput
              label={texts.server}
              description={texts.projectsCanBeOnDifferent}
              type="url"
              {...form.field('gitlabUrl')}
            />
            <PasswordInput
              label={texts.apiToken}
              description={texts.needsTheApiScopeAnd}
              autoComplete="off"
              {...form.field('apiToken')}
            />
            <PasswordInput
              label={texts.triggerToken}
              description={texts.aPipelineTriggerTokenOf}
              autoComplete="off"
              {...form.field('triggerToken')}
            />
          </div>
        </Panel>
        <Panel title={texts.deployKey} note={texts.optional}>
          <div role="radiogroup" aria-label={texts.deployKey} className="stack gap-10">
            {deployKeys.map(({ by, label }) => (
              <Checkbox
                key={by}
                type="radio"
                name="deployKeyBy"
                label={label}
                checked={values.deployKeyBy === by}
                onChange={() => form.set('deployKeyBy', by)}
              />
            ))}
          </div>
          {values.deployKeyBy === 'paste' && (
            <Textarea
              label={texts.privateKey}
              description={texts.pemFormatWithoutAPassphrase}
              placeholder="-----BEGIN OPENSSH PRIVATE KEY-----"
              minRows={3}
              maxRows={8}
              spellCheck={false}
              autoComplete="off"
              className={classes.key}
              inputClassName="code"
              {...form.field('deployKey')}
            />
          )}
        </Panel>
        <Panel title={texts.theClustersOpenfaas} note={texts.optionalWithoutItHealthAnd}>
          <div className={classes.fields}>
            <TextInput
              label={texts.gateway}
              type="url"
              placeholder="https://openfaas.…"
              {...form.field('gatewayUrl')}
            />
            <TextInput label={texts.user} autoComplete="off" {...form.field('gatewayUser')} />
            <PasswordInput label={texts.password} autoComplete="off" {...form.field('gatewayPassword')} />
            <PasswordInput
              label={texts.inspectorSecret}
              description={texts.theSecretSharedWithThe}
              autoComplete="off"
              {...form.field('inspectorSecret')}
            />
          </div>
        </Panel>
      </div>
      <div className={`stack ${classes.form} ${classes.aside}`}>
        <Panel title={texts.checks} note={<span role="status">{summary(runs)}</span>}>
          {runs.length === 0 ? (
            <p className="dim small">
              {texts.ocimRunsTheseChecksFirst(checkNames.map((n) => checkWords[n]).join(', '))}
            </p>
          ) : (
            <CheckList
              label={texts.checks}
              runs={runs}
              busy={checks.busy || form.busy}
              onAgain={again}
              action={({ field }) =>
                field !== undefined && (
                  <SmallButton onClick={() => focusField(element.current, field)}>
                    {texts.goTo(fieldWords[field])}
                  </SmallButton>
                )
              }
            />
          )}
        </Panel>
        {form.failure && <Failure error={form.failure} what={texts.couldntAddTheProject} />}
        <Actions align="start">
          <Button
            type="submit"
            size="md"
            loading={form.busy && !checks.busy}
            disabled={checks.busy}
            onClick={() => (lenient.current = false)}
          >
            {texts.checkAndAdd}
          </Button>
          {left.length > 0 && left.every(canWait) && (
            <Button
              type="submit"
              size="md"
              variant="default"
              disabled={form.busy || checks.busy}
              onClick={() => (lenient.current = true)}
            >
              {texts.addAnyway}
            </Button>
          )}
        </Actions>
      </div>
    </form>
  );
}

/** What can be put right after a project was added. */
function canWait({ name }: CheckRun): boolean {
  return name === 'layout' || name === 'gateway';
}

/** Throws when a project must not be added by how its checks came out, with what each field is to blame for. */
function refuse(runs: readonly CheckRun[], lenient: boolean): void {
  const bad = runs.filter((r) => (r.state === 'failed' || r.state === 'broken') && !(lenient && canWait(r)));
  if (runs.length > 0 && bad.length === 0) return;
  const said = bad.flatMap(({ field, detail }) =>
    field === undefined ? [] : [[field, detail ?? ''] as const],
  );
  throw new ApiError(422, texts.someChecksCouldntRun, undefined, Object.fromEntries(said));
}

function bodyOf(values: Values): NewProject {
  const { deployKeyBy, deployKey, project, ...rest } = values;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  const { gitlabUrl, apiToken, triggerToken } = rest;
  return {
    ...given,
    gitlabUrl,
    apiToken,
    triggerToken,
    project: project.trim(),
    ...(deployKeyBy === 'make' ? { makeDeployKey: true } : {}),
    ...(deployKeyBy === 'paste' ? { deployKey } : {}),
  };
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const found = form?.elements.namedItem(name);
  if (found instanceof HTMLElement) found.focus();
}
