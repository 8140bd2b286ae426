import { Sections } from '@/components/Sections';
import * as texts from '@/texts/account';

const links = [
  { to: '/account', word: texts.profileAndSessions },
  { to: '/account/tokens', word: texts.apiTokens },
  { to: '/account/notifications', word: texts.notifications },
] as const;

export function AccountSections() {
  return <Sections label={texts.account} links={links} />;
}
