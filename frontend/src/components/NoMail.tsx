import { useQuery } from '@tanstack/react-query';
import { systemQuery } from '@/api/queries/identity';
import { Notice } from './Notice';
import * as texts from '@/texts/common';

/** Whether Ocim can send mail; true until it says otherwise. */
export function useMail(): boolean {
  return useQuery(systemQuery).data?.mail !== false;
}

/** Says that mail can't be sent, and what that means here, on an Ocim without a mail server. */
export function NoMail({ children }: { children: string }) {
  if (useMail()) return null;
  return (
    <Notice tone="warn" title={texts.ocimCantSendEmail}>
      {children}
    </Notice>
  );
}
