import { IconArrowBackUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Hidden } from '../Hidden';
import { SmallButton } from '../SmallButton';
import { useMay } from '../useMe';
import { StartOperation } from './StartOperation';
import * as texts from '@/texts/operations';

interface RollBackProps {
  cluster: string;
  instance: string;
  /** The operation, or the commit, whose configuration comes back. */
  to: string;
  /** Names the row for screen readers, since there is one in each. */
  about?: string;
  children: ReactNode;
}

/** Brings an earlier configuration back, behind a preview; nothing for those who may not. */
export function RollBack({ cluster, instance, to, about, children }: RollBackProps) {
  const operator = useMay('operator', cluster);
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  if (!operator) return null;
  return (
    <>
      <SmallButton onClick={() => setAsked(true)} leftSection={<IconArrowBackUp size={14} stroke={1.8} />}>
        {children}
        {about !== undefined && <Hidden>: {about}</Hidden>}
      </SmallButton>
      {asked && (
        <StartOperation
          cluster={cluster}
          reason={typeof children === 'string' ? children : ''}
          request={{ kind: 'update', instance, rollBackTo: to }}
          title={texts.rollBack(instance)}
          verb={texts.rollBack2}
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
