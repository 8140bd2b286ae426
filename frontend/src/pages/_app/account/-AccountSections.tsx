import { Sections } from '@/components/Sections';

const links = [
  { to: '/account', word: 'Profile and sessions' },
  { to: '/account/tokens', word: 'API tokens' },
  { to: '/account/notifications', word: 'Notifications' },
] as const;

export function AccountSections() {
  return <Sections label="Account" links={links} />;
}
