import '@mantine/core/styles/Radio.css';
import { Button, PasswordInput, Radio, Textarea, TextInput } from '@mantine/core';
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
import { useApiForm } from '@/components/useApiForm';
import { readProjectAddress } from '@/lib/projectAddress';
import { keepDraft, readDraft } from './-draft';
import classes from './-projects.module.css';

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
  /** Id of whoever adds it. */
  person: string;
  onAdded: (cluster: string, warning: string | undefined) => void;
}

/** Names a project and its credentials, checks them before the eyes of whoever adds it, and adds it. */
export function ProjectForm({ person, onAdded }: ProjectFormProps) {
  const checks = useChecks();
  const element = useRef<HTMLFormElement>(null);
  const [initialValues] = useState((): Values => ({ ...empty, ...readDraft(person) }));
  /** Whether what can be put right later may be left as it is, from the next press on. */
  const lenient = useRef(false);
  const form = useApiForm({
    initialValues,
    validate: {
      gitlabUrl: (v) =>
        /^https?:\/\//.test(v) ? null : 'The address of the server is needed, with https://.',
      project: (v) => (v.trim() === '' ? 'The project’s address, numeric id or path is needed.' : null),
      apiToken: (v) => (v === '' ? 'A token with the api scope is needed.' : null),
      triggerToken: (v) => (v === '' ? 'A pipeline trigger token is needed.' : null),
    },
    send: async (values) => {
      const body = bodyOf(values);
      const runs = await checks.run(checkNames, (name, signal) => checkNewProject(body, name, signal));
      refuse(runs ?? [], lenient.current);
      return addProject(body);
    },
    onDone: ({ project, warning }) => onAdded(project.id, warning === '' ? undefined : warning),
  });
  const { values } = form;
  useEffect(() => keepDraft(person, values));

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
    <form ref={element} onSubmit={form.submit} noValidate className={classes.columns}>
      <div className={classes.form}>
        <Panel title="GitLab">
          <div className={classes.fields}>
            <TextInput
              label="Project"
              description="Address of its page, numeric id, or path such as grove/campus-aws."
              autoFocus
              {...form.field('project')}
              onBlur={split}
            />
            <TextInput
              label="Server"
              description="Any GitLab; each project may be on another."
              type="url"
              {...form.field('gitlabUrl')}
            />
            <PasswordInput
              label="API token"
              description="With the api scope and the role Maintainer. It is never shown again."
              autoComplete="off"
              {...form.field('apiToken')}
            />
            <PasswordInput
              label="Trigger token"
              description="Of a pipeline trigger of the project. It is never shown again."
              autoComplete="off"
              {...form.field('triggerToken')}
            />
          </div>
        </Panel>
        <Panel title="Deploy key" note="may be left out">
          <Radio.Group
            aria-label="Deploy key"
            value={values.deployKeyBy}
            onChange={(by) => form.set('deployKeyBy', by)}
          >
            <div className={classes.choices}>
              <Radio value="none" label="None: Ocim itself needs none" />
              <Radio value="make" label="Ocim makes one and registers it at GitLab" />
              <Radio value="paste" label="Paste a private key, which Ocim registers at GitLab" />
            </div>
          </Radio.Group>
          {values.deployKeyBy === 'paste' && (
            <Textarea
              label="Private key"
              description="In PEM form, without a passphrase. It is never shown again; its fingerprint is."
              placeholder="-----BEGIN OPENSSH PRIVATE KEY-----"
              autosize
              minRows={3}
              maxRows={8}
              spellCheck={false}
              autoComplete="off"
              className={classes.key ?? ''}
              {...form.field('deployKey')}
            />
          )}
        </Panel>
        <Panel title="The cluster’s OpenFaaS" note="may be left out; then health and pods stay unknown">
          <div className={classes.fields}>
            <TextInput
              label="Gateway"
              type="url"
              placeholder="https://openfaas.…"
              {...form.field('gatewayUrl')}
            />
            <TextInput label="User" autoComplete="off" {...form.field('gatewayUser')} />
            <PasswordInput label="Password" autoComplete="off" {...form.field('gatewayPassword')} />
            <PasswordInput
              label="Inspector secret"
              description="Shared with the inspector in the cluster."
              autoComplete="off"
              {...form.field('inspectorSecret')}
            />
          </div>
        </Panel>
      </div>
      <div className={classes.aside}>
        <Panel title="Checks" note={<span role="status">{summary(runs)}</span>}>
          {runs.length === 0 ? (
            <p className={classes.about}>
              Pressing <em>Check and add</em> looks at each in turn:{' '}
              {checkNames.map((n) => checkWords[n]).join(', ')}. Nothing is kept until nothing fails.
            </p>
          ) : (
            <CheckList
              label="Checks"
              runs={runs}
              busy={checks.busy || form.busy}
              onAgain={again}
              action={({ field }) =>
                field !== undefined && (
                  <SmallButton onClick={() => focusField(element.current, field)}>
                    To the field {fieldWords[field]}
                  </SmallButton>
                )
              }
            />
          )}
        </Panel>
        {form.failure && <Failure error={form.failure} what="The project was not added." />}
        <div className={classes.buttons}>
          <Button
            type="submit"
            size="sm"
            loading={form.busy && !checks.busy}
            disabled={checks.busy}
            onClick={() => (lenient.current = false)}
          >
            Check and add
          </Button>
          {left.length > 0 && left.every(canWait) && (
            <Button
              type="submit"
              size="sm"
              variant="default"
              disabled={form.busy || checks.busy}
              onClick={() => (lenient.current = true)}
            >
              Add all the same
            </Button>
          )}
        </div>
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
  throw new ApiError(422, 'Not all checks could be made.', undefined, Object.fromEntries(said));
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
