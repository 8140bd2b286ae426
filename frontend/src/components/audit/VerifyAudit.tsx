import { Button, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { answer, client } from '@/api/client';
import { Failure } from '@/components/Failure';
import * as texts from '@/texts/access';

/** Checks that no entry of the audit log was changed or removed, and says what was found. */
export function VerifyAudit() {
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: () => answer(client.POST('/sync/v1/audit/verify')),
  });
  return (
    <div>
      <Button variant="default" loading={isPending} onClick={() => mutate()}>
        {texts.verifyLog}
      </Button>
      {error && <Failure error={error} what={texts.notVerified} />}
      {data && (
        <Text role={data.ok ? 'status' : 'alert'} mt={8}>
          {data.ok ? texts.intact(data.entries, data.sealed) : texts.tampered(data.problem ?? '')}
        </Text>
      )}
      {data && data.beforeMacs > 0 && (
        <Text size="sm" c="dimmed" mt={4}>
          {texts.beforeMacs(data.beforeMacs)}
        </Text>
      )}
    </div>
  );
}
