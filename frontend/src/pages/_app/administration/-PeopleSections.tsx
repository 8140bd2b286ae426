import { Sections } from '@/components/Sections';
import * as texts from '@/texts/administration';

const links = [
  { to: '/administration/users', word: texts.users },
  { to: '/administration/invitations', word: texts.invitations },
] as const;

export function PeopleSections() {
  return <Sections label={texts.people} links={links} />;
}
