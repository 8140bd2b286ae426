import {
  IconArchive,
  IconArchiveOff,
  IconArrowBackUp,
  IconBox,
  IconChevronDown,
  IconLock,
  IconLockOpen,
  IconServerCog,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { protectionsQuery } from '@/api/queries/operations';
import type { InstanceDetails, Operation, OperationRequest } from '@/api/types';
import { Dropdown } from '@/components/Dropdown';
import dropdown from '@/components/Dropdown.module.css';
import { DropdownButton, DropdownRule } from '@/components/DropdownItems';
import { useClusterName } from '@/components/useClusters';
import { useMay } from '@/components/useMe';
import type { AskedAction } from './asked';
import { Protect } from './Protect';
import { StartOperation } from './StartOperation';
import { previousVersion } from './versions';
import * as texts from '@/texts/operations';

interface ActionsMenuProps {
  details: InstanceDetails;
  /** The action whose dialog is open. */
  asked: AskedAction | undefined;
  onAsk: (action: AskedAction | undefined) => void;
  onStarted: (operation: Operation) => void;
}

const icon = { size: 16, stroke: 1.7 };

/** What can be done to an instance besides updating it. */
export function ActionsMenu({ details, asked, onAsk: setAsked, onStarted }: ActionsMenuProps) {
  const { cluster, name, lifecycle } = details.instance;
  const clusterName = useClusterName(cluster);
  const operator = useMay('operator', cluster);
  const administrator = useMay('administrator', cluster);
  const [protecting, setProtecting] = useState(false);
  const { data } = useQuery({ ...protectionsQuery(cluster), enabled: operator });
  const held = data?.protections.find((p) => p.instance === name && p.protected);
  // What is refused says so before a person tries it.
  const noOperator = operator ? undefined : texts.requiresTheOperatorRole;
  const kept = noOperator ?? (held ? texts.protectedUnprotectItFirst : undefined);
  const previous =
    lifecycle === 'active' ? previousVersion(details.operations, details.pipelines) : undefined;
  const noWayBack = noOperator ?? (previous ? undefined : texts.noEarlierVersion);
  // An address may ask for what is refused.
  const refusals: Partial<Record<AskedAction, string | undefined>> = {
    rollBack: noWayBack,
    archive: kept,
    delete: kept,
    reprovision: administrator ? undefined : texts.requiresTheAdministratorRole,
  };
  const refused = asked && (noOperator ?? refusals[asked]);
  const dialog = asked && refused === undefined ? dialogs[asked] : undefined;
  return (
    <>
      <Dropdown
        align="end"
        className={dropdown.opener}
        contents={texts.actionsOn(name)}
        button={
          <>
            {texts.actions}
            <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
          </>
        }
      >
        {lifecycle === 'active' && (
          <DropdownButton refused={noWayBack} onClick={() => setAsked('rollBack')}>
            <IconArrowBackUp {...icon} />
            {previous ? texts.pipelineUndefinedRollBackTo(previous.pipeline) : texts.rollBack}
          </DropdownButton>
        )}
        {lifecycle === 'deleted' ? null : lifecycle === 'archived' ? (
          <DropdownButton refused={noOperator} onClick={() => setAsked('unarchive')}>
            <IconArchiveOff {...icon} />
            {texts.unarchive}
          </DropdownButton>
        ) : (
          <DropdownButton refused={kept} onClick={() => setAsked('archive')}>
            <IconArchive {...icon} />
            {texts.archive}
          </DropdownButton>
        )}
        <DropdownButton refused={noOperator} onClick={() => setAsked('buildImages')}>
          <IconBox {...icon} />
          {texts.buildImages}
        </DropdownButton>
        {lifecycle !== 'deleted' && (
          <DropdownButton refused={noOperator} onClick={() => setProtecting(true)}>
            {held ? <IconLockOpen {...icon} /> : <IconLock {...icon} />}
            {held ? texts.unprotect2 : texts.protect2}
          </DropdownButton>
        )}
        <DropdownRule />
        <DropdownButton
          danger
          refused={administrator ? undefined : texts.requiresTheAdministratorRole}
          onClick={() => setAsked('reprovision')}
        >
          <IconServerCog {...icon} />
          {texts.reprovisionCluster}
        </DropdownButton>
        {lifecycle !== 'deleted' && (
          <DropdownButton danger refused={kept} onClick={() => setAsked('delete')}>
            <IconTrash {...icon} />
            {texts.deleteText}
          </DropdownButton>
        )}
      </Dropdown>
      {protecting && (
        <Protect cluster={cluster} instance={name} held={held} onClose={() => setProtecting(false)} />
      )}
      {asked && dialog && (
        <StartOperation
          cluster={cluster}
          request={requestOf(asked, details, previous?.to)}
          {...(asked === 'rollBack' ? { reason: texts.pipelineUndefinedRollBackTo(previous?.pipeline) } : {})}
          title={dialog.title(name, clusterName)}
          verb={dialog.verb}
          onStarted={(operation) => {
            setAsked(undefined);
            onStarted(operation);
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

const dialogs: Partial<
  Record<AskedAction, { title: (name: string, cluster: string) => string; verb: string }>
> = {
  rollBack: { title: (name) => texts.rollBackQuestion(name), verb: texts.rollBack },
  archive: { title: (name) => texts.archive2(name), verb: texts.archive },
  unarchive: { title: (name) => texts.unarchive2(name), verb: texts.unarchive },
  delete: { title: (name) => texts.deleteText2(name), verb: texts.deletePermanently },
  buildImages: { title: (_, cluster) => texts.buildImagesFor(cluster), verb: texts.buildImages },
  reprovision: { title: (_, cluster) => texts.reprovisionQuestion(cluster), verb: texts.reprovision },
};

function requestOf(
  kind: AskedAction,
  { instance, files }: InstanceDetails,
  previous: string | undefined,
): OperationRequest {
  if (kind === 'rollBack') {
    return {
      kind: 'update',
      instance: instance.name,
      ...(previous === undefined ? {} : { rollBackTo: previous }),
    };
  }
  if (kind === 'reprovision') return { kind };
  if (kind !== 'buildImages') return { kind, instance: instance.name };
  const text = files?.files.find((f) => f.path.endsWith('/config.yml'))?.text ?? '';
  return {
    kind,
    repository: valueOf(text, 'EDX_PLATFORM_REPOSITORY') ?? '',
    branch: valueOf(text, 'EDX_PLATFORM_VERSION') ?? valueOf(text, 'OPENEDX_COMMON_VERSION') ?? '',
  };
}

/** A scalar of a YAML file, for a start; the person sees and may change it. */
function valueOf(text: string, key: string): string | undefined {
  return new RegExp(`^${key}: *["']?([^"'\\s#]+)`, 'm').exec(text)?.[1];
}
