import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, client } from '@/api/client';
import { Empty } from '@/components/Empty';
import { Failure } from '@/components/Failure';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { useApiForm } from '@/components/useApiForm';
import { useMay } from '@/components/useMe';
import classes from './-projects.module.css';

export const Route = createFileRoute('/_app/projects/new')({ component: AddProject });

function AddProject() {
  const administrator = useMay('administrator');
  const [added, setAdded] = useState<{ cluster: string; warning: string | undefined }>();
  return (
    <Page title="Add GitLab project" about="One project describes one cluster and the instances on it.">
      {!administrator && (
        <Empty title="Your role does not allow this">Only administrators add projects.</Empty>
      )}
      {administrator && added && <Added {...added} />}
      {administrator && !added && (
        <ProjectForm onAdded={(cluster, warning) => setAdded({ cluster, warning })} />
      )}
    </Page>
  );
}

function Added({ cluster, warning }: { cluster: string; warning: string | undefined }) {
  return (
    <div className={classes.form}>
      <Alert color={warning === undefined ? 'fern' : 'yellow'} title={`${cluster} is added`} role="status">
        {warning ?? 'Its webhook is installed, and it was read for the first time.'}
      </Alert>
      <ButtonLink to="/clusters/$cluster" params={{ cluster }} className={classes.button ?? ''}>
        To the cluster
      </ButtonLink>
    </div>
  );
}

function ProjectForm({ onAdded }: { onAdded: (cluster: string, warning: string | undefined) => void }) {
  const queryClient = useQueryClient();
  const form = useApiForm({
    initialValues: {
      gitlabUrl: 'https://gitlab.com',
      project: '',
      apiToken: '',
      triggerToken: '',
      gatewayUrl: '',
      gatewayUser: '',
      gatewayPassword: '',
    },
    validate: {
      gitlabUrl: (v) =>
        /^https?:\/\//.test(v) ? null : 'The address of the server is needed, with https://.',
      project: (v) => (v.trim() === '' ? 'A numeric id or a path is needed.' : null),
      apiToken: (v) => (v === '' ? 'A token with the api scope is needed.' : null),
      triggerToken: (v) => (v === '' ? 'A pipeline trigger token is needed.' : null),
    },
    send: (values) => {
      const { gatewayUrl, gatewayUser, gatewayPassword, ...needed } = values;
      const gateway = Object.fromEntries(
        Object.entries({ gatewayUrl, gatewayUser, gatewayPassword }).filter(([, v]) => v !== ''),
      );
      return answer(client.POST('/clusters/v1/projects', { body: { ...needed, ...gateway } }));
    },
    onDone: async ({ project, warning }) => {
      onAdded(project.id, warning === '' ? undefined : warning);
      await queryClient.invalidateQueries();
    },
  });
  return (
    <form onSubmit={form.submit} noValidate className={classes.form}>
      <Panel title="GitLab">
        <div className={classes.fields}>
          <TextInput label="Server" type="url" {...form.field('gitlabUrl')} />
          <TextInput
            label="Project"
            description="Numeric id, or path such as grove/campus-aws."
            autoFocus
            {...form.field('project')}
          />
          <PasswordInput
            label="API token"
            description="With the api scope. It is never shown again."
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
      <Panel title="The cluster's OpenFaaS" note="may stay empty">
        <div className={classes.fields}>
          <TextInput
            label="Gateway"
            type="url"
            placeholder="https://openfaas.…"
            {...form.field('gatewayUrl')}
          />
          <TextInput label="User" autoComplete="off" {...form.field('gatewayUser')} />
          <PasswordInput label="Password" autoComplete="off" {...form.field('gatewayPassword')} />
        </div>
      </Panel>
      {form.failure && <Failure error={form.failure} what="The project was not added." />}
      <Button type="submit" size="sm" loading={form.busy} className={classes.button ?? ''}>
        Check and add
      </Button>
    </form>
  );
}
