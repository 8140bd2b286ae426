import { IconArrowBackUp, IconRocket } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { OperationRequest } from '@/api/types';
import { Hidden } from '../Hidden';
import { SmallButton } from '../SmallButton';
import { useMay } from '../useMe';
import { StartOperation } from './StartOperation';
import * as texts from '@/texts/operations';

interface DeployAgainProps {
  cluster: string;
  instance: string;
  children: ReactNode;
}

interface RollBackProps extends DeployAgainProps {
  /** The operation, or the commit, whose configuration comes back. */
  to: string;
  /** Names the row for screen readers, since there is one in each. */
  about?: string;
}

/** Brings an earlier configuration back, behind a preview; nothing for those who may not. */
export function RollBack({ to, ...button }: RollBackProps) {
  return (
    <UpdateButton
      {...button}
      change={{ rollBackTo: to }}
      icon={<IconArrowBackUp size={14} stroke={1.8} />}
      title={texts.rollBackQuestion(button.instance)}
      verb={texts.rollBack}
    />
  );
}

/** Deploys what git has and no pipeline deployed, in the same way. */
export function DeployAgain(button: DeployAgainProps) {
  return (
    <UpdateButton
      {...button}
      change={{ deploy: true }}
      icon={<IconRocket size={14} stroke={1.8} />}
      title={texts.deployAgain(button.instance)}
      verb={texts.deploy}
    />
  );
}

interface UpdateButtonProps extends DeployAgainProps {
  about?: string;
  change: Pick<OperationRequest, 'rollBackTo' | 'deploy'>;
  icon: ReactNode;
  title: string;
  verb: string;
}

function UpdateButton({ cluster, instance, about, change, icon, title, verb, children }: UpdateButtonProps) {
  const operator = useMay('operator', cluster);
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  if (!operator) return null;
  return (
    <>
      <SmallButton onClick={() => setAsked(true)} leftSection={icon}>
        {children}
        {about !== undefined && <Hidden>: {about}</Hidden>}
      </SmallButton>
      {asked && (
        <StartOperation
          cluster={cluster}
          reason={typeof children === 'string' ? children : ''}
          request={{ kind: 'update', instance, ...change }}
          title={title}
          verb={verb}
          onStarted={(operation) => {
            setAsked(false);
            void navigate({
              to: '/clusters/$cluster/instances/$instance',
              params: { cluster, instance },
              search: { operation: operation.id },
            });
          }}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
