import type { ReactNode } from 'react';
import type { ProjectPage } from '@/api/types';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import { Actions } from '@/components/ui/Actions';
import { CopyButton } from '@/components/ui/CopyButton';
import type { CredentialAction } from './-actions';
import classes from './-projects.module.css';
import * as texts from '@/texts/projects';

interface CredentialsProps {
  page: ProjectPage;
  onDo: (what: CredentialAction) => void;
}

/** The project's credentials: what may be known of them, and how to replace each. None is ever shown. */
export function Credentials({ page: { project, health }, onDo }: CredentialsProps) {
  const key = project.deployKey;
  const act = (what: CredentialAction, verb: string, label: string) => (
    <SmallButton onClick={() => onDo(what)} aria-label={label}>
      {verb}
    </SmallButton>
  );
  const rows: [string, ReactNode, ReactNode][] = [
    [
      texts.apiToken,
      <Time key="end" at={health.tokenExpiresAt} ahead prefix={texts.expires} />,
      act('apiToken', texts.replace, texts.replaceTheApiToken),
    ],
    [texts.triggerToken, null, act('triggerToken', texts.replace, texts.replaceTheTriggerToken)],
    [
      texts.webhookSecret,
      texts.generatedByOcim,
      act('webhookSecret', texts.rotate, texts.rotateTheWebhookSecret),
    ],
    [
      texts.deployKey,
      key ? (
        <>
          <code className="tiny break">{key.fingerprint}</code>
          <div className="dim tiny">
            <Time at={key.addedAt} prefix={texts.since} />{' '}
            <CopyButton value={key.publicKey}>
              {({ copied, copy }) => (
                <SmallButton onClick={copy}>{copied ? texts.copied : texts.copyThePublicKey}</SmallButton>
              )}
            </CopyButton>
          </div>
        </>
      ) : (
        texts.none
      ),
      <>
        {act(
          'makeKey',
          key ? texts.rotate : texts.generate,
          key ? texts.rotateTheDeployKey : texts.generateADeployKey,
        )}
        {act('pasteKey', texts.paste, texts.pasteADeployKey)}
      </>,
    ],
    [texts.gateway, project.gatewayUrl ?? texts.none, act('gateway', texts.changeIt, texts.changeTheGateway)],
    [texts.inspectorSecret, null, act('inspectorSecret', texts.replace, texts.replaceTheInspectorSecret)],
  ];
  return (
    <Panel title={texts.credentials} note={texts.encryptedNeverDisplayed} flush>
      <Table label={texts.credentials} heads={[texts.name, texts.details, '']}>
        {rows.map(([name, about, actions]) => (
          <tr key={name}>
            <td>{name}</td>
            <td className={classes.known} data-dim>
              {about}
            </td>
            <td data-end>
              <Actions>{actions}</Actions>
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
