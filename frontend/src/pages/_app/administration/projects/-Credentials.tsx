import { CopyButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ProjectPage } from '@/api/types';
import { Panel } from '@/components/Panel';
import { SmallButton } from '@/components/SmallButton';
import { Table } from '@/components/Table';
import { Time } from '@/components/Time';
import type { CredentialDoing } from './-doings';
import classes from './-projects.module.css';

interface CredentialsProps {
  page: ProjectPage;
  onDo: (what: CredentialDoing) => void;
}

/** The project's credentials: what may be known of them, and how to replace each. None is ever shown. */
export function Credentials({ page: { project, health }, onDo }: CredentialsProps) {
  const key = project.deployKey;
  const act = (what: CredentialDoing, verb: string, label: string) => (
    <SmallButton onClick={() => onDo(what)} aria-label={label}>
      {verb}
    </SmallButton>
  );
  const rows: [string, ReactNode, ReactNode][] = [
    [
      'API token',
      <Time key="end" at={health.tokenExpiresAt} prefix="ends " />,
      act('apiToken', 'Replace…', 'Replace the API token'),
    ],
    ['Trigger token', null, act('triggerToken', 'Replace…', 'Replace the trigger token')],
    ['Webhook secret', 'made by Ocim', act('webhookSecret', 'Rotate…', 'Rotate the webhook secret')],
    [
      'Deploy key',
      key ? (
        <>
          <code className={classes.code}>{key.fingerprint}</code>
          <div className={classes.under}>
            <Time at={key.addedAt} prefix="since " />{' '}
            <CopyButton value={key.publicKey}>
              {({ copied, copy }) => (
                <SmallButton onClick={copy}>{copied ? 'Copied' : 'Copy the public key'}</SmallButton>
              )}
            </CopyButton>
          </div>
        </>
      ) : (
        'none'
      ),
      <>
        {act('makeKey', key ? 'Rotate…' : 'Make one…', key ? 'Rotate the deploy key' : 'Make a deploy key')}
        {act('pasteKey', 'Paste…', 'Paste a deploy key')}
      </>,
    ],
    ['Gateway', project.gatewayUrl ?? 'none', act('gateway', 'Change…', 'Change the gateway')],
    ['Inspector secret', null, act('inspectorSecret', 'Replace…', 'Replace the inspector secret')],
  ];
  return (
    <Panel title="Credentials" note="sealed; none is ever shown" flush>
      <Table label="Credentials" heads={['Name', 'Known of it', '']}>
        {rows.map(([name, about, actions]) => (
          <tr key={name}>
            <td>{name}</td>
            <td className={classes.known} data-dim>
              {about}
            </td>
            <td data-end>
              <div className={classes.acts}>{actions}</div>
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
