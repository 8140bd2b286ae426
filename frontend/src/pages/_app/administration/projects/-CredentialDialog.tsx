import { Button, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { projectQuery, replaceCredentials, rotateCredential } from '@/api/queries/projects';
import type { CheckName, NewCredentials, Project } from '@/api/types';
import { Confirm } from '@/components/Confirm';
import { Dialog } from '@/components/Dialog';
import { Failure } from '@/components/Failure';
import { tell } from '@/components/tell';
import { useApiForm } from '@/components/useApiForm';
import type { CredentialDoing } from './-doings';
import classes from './-projects.module.css';
import { provenBy } from './-proof';

interface CredentialDialogProps {
  project: Project;
  doing: CredentialDoing;
  /** Gives the checks that tell whether the change was good. */
  onDone: (checks: readonly CheckName[]) => void;
  onClose: () => void;
}

/** Replaces or rotates a credential of a project. */
export default function CredentialDialog({ project, doing, onDone, onClose }: CredentialDialogProps) {
  const queryClient = useQueryClient();
  const done = (said: string) => {
    tell(said);
    void queryClient.invalidateQueries({ queryKey: projectQuery(project.id).queryKey });
    onDone(provenBy[doing]);
  };
  switch (doing) {
    case 'webhookSecret':
      return (
        <Confirm
          title="Rotate the webhook secret?"
          verb="Rotate"
          run={() => rotateCredential(project.id, 'webhookSecret')}
          onDone={() => done('The webhook has a new secret.')}
          onClose={onClose}
        >
          Ocim makes a new secret and installs it at GitLab. The former one is accepted for another hour, so
          that no event under way is lost.
        </Confirm>
      );
    case 'makeKey':
      return (
        <Confirm
          title={project.deployKey ? 'Rotate the deploy key?' : 'Make a deploy key?'}
          verb={project.deployKey ? 'Rotate' : 'Make it'}
          run={() => rotateCredential(project.id, 'deployKey')}
          onDone={() => done('The new deploy key is registered at GitLab.')}
          onClose={onClose}
        >
          Ocim makes a new key and registers it at GitLab.
          {project.deployKey && ` The former one, ${project.deployKey.fingerprint}, is removed there.`}
        </Confirm>
      );
    default:
      return <ReplaceDialog project={project} doing={doing} onDone={done} onClose={onClose} />;
  }
}

type Replaced = Exclude<CredentialDoing, 'webhookSecret' | 'makeKey'>;

const titles: Record<Replaced, string> = {
  apiToken: 'Replace the API token',
  triggerToken: 'Replace the trigger token',
  pasteKey: 'Paste a deploy key',
  gateway: 'Change the gateway',
  inspectorSecret: 'Replace the inspector secret',
};

const helps: Record<Replaced, ReactNode> = {
  apiToken: 'GitLab is asked whether it is good before it takes the place of the one that works.',
  triggerToken: 'GitLab is asked whether it is good before it takes the place of the one that works.',
  pasteKey: 'Ocim registers its public half at GitLab and removes the former deploy key there.',
  gateway:
    'The gateway is asked whether it is good before it takes the place of the one that works. What you leave empty of user and password stays as it is.',
  inspectorSecret: 'The inspector in the cluster has to be given the same one, at least 32 bytes.',
};

const empty = {
  apiToken: '',
  triggerToken: '',
  deployKey: '',
  gatewayUser: '',
  gatewayPassword: '',
  inspectorSecret: '',
};

interface ReplaceDialogProps {
  project: Project;
  doing: Replaced;
  onDone: (said: string) => void;
  onClose: () => void;
}

function ReplaceDialog({ project, doing, onDone, onClose }: ReplaceDialogProps) {
  const needed = (name: Replaced, why: string) => (v: string) => (doing === name && v === '' ? why : null);
  const form = useApiForm({
    initialValues: { ...empty, gatewayUrl: project.gatewayUrl ?? '' },
    validate: {
      apiToken: needed('apiToken', 'A token with the api scope is needed.'),
      triggerToken: needed('triggerToken', 'A pipeline trigger token is needed.'),
      deployKey: needed('pasteKey', 'A private key in PEM form is needed.'),
      inspectorSecret: needed('inspectorSecret', 'A secret of at least 32 bytes is needed.'),
    },
    send: ({ gatewayUrl, ...secrets }) => {
      const given: NewCredentials = Object.fromEntries(Object.entries(secrets).filter(([, v]) => v !== ''));
      return replaceCredentials(project.id, doing === 'gateway' ? { ...given, gatewayUrl } : given);
    },
    onDone: () => {
      onDone(doing === 'gateway' ? 'The gateway is changed.' : 'It is replaced.');
      onClose();
    },
  });
  return (
    <Dialog title={titles[doing]} onClose={onClose}>
      <form onSubmit={form.submit} noValidate className={classes.form}>
        <p>{helps[doing]}</p>
        {doing === 'apiToken' && (
          <PasswordInput label="API token" autoComplete="off" data-autofocus {...form.field('apiToken')} />
        )}
        {doing === 'triggerToken' && (
          <PasswordInput
            label="Trigger token"
            autoComplete="off"
            data-autofocus
            {...form.field('triggerToken')}
          />
        )}
        {doing === 'pasteKey' && (
          <Textarea
            label="Private key"
            placeholder="-----BEGIN OPENSSH PRIVATE KEY-----"
            autosize
            minRows={4}
            maxRows={10}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            {...form.field('deployKey')}
          />
        )}
        {doing === 'gateway' && (
          <>
            <TextInput
              label="Gateway"
              description="An empty one takes the gateway away; health and pods stay unknown then."
              type="url"
              data-autofocus
              {...form.field('gatewayUrl')}
            />
            <TextInput label="User" autoComplete="off" {...form.field('gatewayUser')} />
            <PasswordInput label="Password" autoComplete="off" {...form.field('gatewayPassword')} />
          </>
        )}
        {doing === 'inspectorSecret' && (
          <PasswordInput
            label="Inspector secret"
            autoComplete="off"
            data-autofocus
            {...form.field('inspectorSecret')}
          />
        )}
        {form.failure && <Failure error={form.failure} what="It was not replaced." />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={form.busy}>
            {doing === 'gateway' ? 'Change' : 'Replace'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
