import { projectQuery, replaceCredentials, rotateCredential } from '@/api/queries/projects';
import { useRefresh } from '@/api/queryClient';
import type { CheckName, NewCredentials, Project } from '@/api/types';
import { FormDialog } from '@/components/ApiForm';
import { Confirm } from '@/components/Confirm';
import { showToast } from '@/components/showToast';
import { Textarea, TextInput } from '@/components/ui/Field';
import { PasswordInput } from '@/components/ui/PasswordInput';
import { useApiForm } from '@/components/useApiForm';
import { type CredentialAction, provenBy } from './-actions';
import * as texts from '@/texts/projects';

interface CredentialDialogProps {
  project: Project;
  action: CredentialAction;
  /** Receives the checks that show whether the change was good. */
  onDone: (checks: readonly CheckName[]) => void;
  onClose: () => void;
}

/** Replaces or rotates a credential of a project. */
export default function CredentialDialog({ project, action, onDone, onClose }: CredentialDialogProps) {
  const refresh = useRefresh(projectQuery(project.id));
  const done = (said: string) => {
    showToast(said);
    void refresh();
    onDone(provenBy[action]);
  };
  switch (action) {
    case 'webhookSecret':
      return (
        <Confirm
          title={texts.rotateTheWebhookSecret2}
          verb={texts.rotate2}
          run={() => rotateCredential(project.id, 'webhookSecret')}
          onDone={() => done(texts.webhookSecretRotated)}
          onClose={onClose}
        >
          {texts.ocimGeneratesANewSecret}
        </Confirm>
      );
    case 'makeKey':
      return (
        <Confirm
          title={project.deployKey ? texts.rotateTheDeployKey2 : texts.generateADeployKey2}
          verb={project.deployKey ? texts.rotate2 : texts.generate2}
          run={() => rotateCredential(project.id, 'deployKey')}
          onDone={() => done(texts.deployKeyRegisteredInGitlab)}
          onClose={onClose}
        >
          {texts.ocimGeneratesANewKey}
          {project.deployKey && texts.itRemovesTheOldKey(project.deployKey.fingerprint)}
        </Confirm>
      );
    default:
      return <ReplaceDialog project={project} action={action} onDone={done} onClose={onClose} />;
  }
}

type Replaced = Exclude<CredentialAction, 'webhookSecret' | 'makeKey'>;

const dialogs: Record<Replaced, { title: string; help: string }> = {
  apiToken: { title: texts.replaceTheApiToken, help: texts.ocimTestsTheNewValue },
  triggerToken: { title: texts.replaceTheTriggerToken, help: texts.ocimTestsTheNewValue },
  pasteKey: { title: texts.pasteADeployKey, help: texts.ocimRegistersThePublicKey },
  gateway: { title: texts.changeTheGateway, help: texts.ocimTestsTheNewValues },
  inspectorSecret: { title: texts.replaceTheInspectorSecret, help: texts.configureTheSameSecretFor },
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
  action: Replaced;
  onDone: (said: string) => void;
  onClose: () => void;
}

function ReplaceDialog({ project, action, onDone, onClose }: ReplaceDialogProps) {
  const needed = (name: Replaced, why: string) => (v: string) => (action === name && v === '' ? why : null);
  const form = useApiForm({
    initialValues: { ...empty, gatewayUrl: project.gatewayUrl ?? '' },
    validate: {
      apiToken: needed('apiToken', texts.enterATokenWithThe),
      triggerToken: needed('triggerToken', texts.enterAPipelineTriggerToken),
      deployKey: needed('pasteKey', texts.enterAPrivateKeyIn),
      inspectorSecret: needed('inspectorSecret', texts.enterASecretOfAt),
    },
    send: ({ gatewayUrl, ...secrets }) => {
      const given: NewCredentials = Object.fromEntries(Object.entries(secrets).filter(([, v]) => v !== ''));
      return replaceCredentials(project.id, action === 'gateway' ? { ...given, gatewayUrl } : given);
    },
    onDone: () => {
      onDone(action === 'gateway' ? texts.gatewayChanged : texts.credentialReplaced);
      onClose();
    },
  });
  return (
    <FormDialog
      title={dialogs[action].title}
      form={form}
      failed={texts.couldntReplaceTheCredential}
      verb={action === 'gateway' ? texts.change : texts.replace2}
      onClose={onClose}
    >
      <p>{dialogs[action].help}</p>
      {action === 'apiToken' && (
        <PasswordInput label={texts.apiToken} autoComplete="off" data-autofocus {...form.field('apiToken')} />
      )}
      {action === 'triggerToken' && (
        <PasswordInput
          label={texts.triggerToken}
          autoComplete="off"
          data-autofocus
          {...form.field('triggerToken')}
        />
      )}
      {action === 'pasteKey' && (
        <Textarea
          label={texts.privateKey}
          placeholder="-----BEGIN OPENSSH PRIVATE KEY-----"
          minRows={4}
          maxRows={10}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          {...form.field('deployKey')}
        />
      )}
      {action === 'gateway' && (
        <>
          <TextInput
            label={texts.gateway}
            description={texts.leaveEmptyToRemoveThe}
            type="url"
            data-autofocus
            {...form.field('gatewayUrl')}
          />
          <TextInput label={texts.user} autoComplete="off" {...form.field('gatewayUser')} />
          <PasswordInput label={texts.password} autoComplete="off" {...form.field('gatewayPassword')} />
        </>
      )}
      {/* A stored secret is never sent to a new address, so a new gateway takes the inspector's, too. */}
      {(action === 'inspectorSecret' || action === 'gateway') && (
        <PasswordInput
          label={texts.inspectorSecret}
          autoComplete="off"
          data-autofocus={action === 'inspectorSecret' || undefined}
          {...form.field('inspectorSecret')}
        />
      )}
    </FormDialog>
  );
}
