import { Sections } from '@/components/Sections';

const links = [
  { to: '/account', word: 'Profile and sessions' },
  { to: '/account/tokens', word: 'API tokens' },
] as const;

export function AccountSections() {
  return <Sections label="Account" links={links} />;
}
