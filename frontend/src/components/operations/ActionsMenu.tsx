import {
  IconArchive,
  IconArchiveOff,
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
import type { InstanceDetails, Operation, OperationKind, OperationRequest } from '@/api/types';
import { Dropdown } from '@/components/Dropdown';
import dropdown from '@/components/Dropdown.module.css';
import { DropdownButton, DropdownRule } from '@/components/DropdownItems';
import { useClusterName } from '@/components/useClusters';
import { useMay } from '@/components/useMe';
import { Protect } from './Protect';
import { StartOperation } from './StartOperation';
import * as texts from '@/texts/operations';

interface ActionsMenuProps {
  details: InstanceDetails;
  onStarted: (operation: Operation) => void;
}

const icon = { size: 16, stroke: 1.7 };

/** What can be done to an instance besides updating it. */
export function ActionsMenu({ details, onStarted }: ActionsMenuProps) {
  const { cluster, name, lifecycle } = details.instance;
  const clusterName = useClusterName(cluster);
  const operator = useMay('operator', cluster);
  const administrator = useMay('administrator', cluster);
  const [asked, setAsked] = useState<OperationKind>();
  const [protecting, setProtecting] = useState(false);
  const { data } = useQuery({ ...protectionsQuery(cluster), enabled: operator });
  const held = data?.protections.find((p) => p.instance === name && p.protected);
  // What is refused says so before a person tries it.
  const noOperator = operator ? undefined : texts.requiresTheOperatorRole;
  const kept = noOperator ?? (held ? texts.protectedUnprotectItFirst : undefined);
  const dialog = asked && dialogs[asked];
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
          request={requestOf(asked, details)}
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
  Record<OperationKind, { title: (name: string, cluster: string) => string; verb: string }>
> = {
  archive: { title: (name) => texts.archive2(name), verb: texts.archive },
  unarchive: { title: (name) => texts.unarchive2(name), verb: texts.unarchive },
  delete: { title: (name) => texts.deleteText2(name), verb: texts.deletePermanently },
  buildImages: { title: (_, cluster) => texts.buildImagesFor(cluster), verb: texts.buildImages },
  reprovision: { title: (_, cluster) => texts.reprovision(cluster), verb: texts.reprovision2 },
};

function requestOf(kind: OperationKind, { instance, files }: InstanceDetails): OperationRequest {
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
