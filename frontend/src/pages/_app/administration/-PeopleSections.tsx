import { Sections } from '@/components/Sections';

const links = [
  { to: '/administration/users', word: 'Users' },
  { to: '/administration/invitations', word: 'Invitations' },
] as const;

export function PeopleSections() {
  return <Sections label="People" links={links} />;
}
