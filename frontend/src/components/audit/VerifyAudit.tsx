import { useMutation } from '@tanstack/react-query';
import { api } from '@/api/client';
import { Failure } from '@/components/Failure';
import { Button } from '../ui/Button';
import classes from './audit.module.css';
import * as texts from '@/texts/access';

/** Checks that no entry of the audit log was changed or removed, and says what was found. */
export function VerifyAudit() {
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: () => api.post('/sync/v1/audit/verify'),
  });
  return (
    <div>
      <Button variant="default" loading={isPending} onClick={() => mutate()}>
        {texts.verifyLog}
      </Button>
      {error && <Failure error={error} what={texts.notVerified} />}
      {data && (
        <p role={data.ok ? 'status' : 'alert'} className={classes.finding}>
          {data.ok ? texts.intact(data.entries, data.sealed) : texts.tampered(data.problem ?? '')}
        </p>
      )}
      {data && data.beforeMacs > 0 && (
        <p className={`small dim ${classes.about}`}>{texts.beforeMacs(data.beforeMacs)}</p>
      )}
    </div>
  );
}
