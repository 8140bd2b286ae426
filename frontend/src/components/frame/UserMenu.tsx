import {
  IconDeviceDesktop,
  IconKey,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { session } from '@/api/client';
import { Dropdown } from '../Dropdown';
import { DropdownButton, DropdownLabel, DropdownLink, DropdownRule, ItemEnd } from '../DropdownItems';
import { rolesInWords } from '../roles';
import { useMe } from '../useMe';
import classes from './frame.module.css';
import { useColorScheme } from '@/theme/useColorScheme';
import * as texts from '@/texts/frame';

const icon = { size: 16, stroke: 1.7 };

const schemes = [
  { value: 'light', word: texts.light, Icon: IconSun },
  { value: 'dark', word: texts.dark, Icon: IconMoon },
  { value: 'auto', word: texts.system, Icon: IconDeviceDesktop },
] as const;

export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  const [colorScheme, setColorScheme] = useColorScheme();
  if (!me) return null;
  return (
    <Dropdown
      align="end"
      className={classes.initials}
      button={initials(me.name)}
      label={texts.accountMenuFor(initials(me.name), me.name)}
      contents={texts.account}
    >
      <div className={classes.who}>
        <strong>{me.name}</strong>
        <span className="small dim">{me.email}</span>
        <span className="small dim">{rolesInWords(me)}</span>
      </div>
      <DropdownRule />
      <DropdownLink to="/account">
        <IconUser {...icon} />
        {texts.accountAndSessions}
      </DropdownLink>
      <DropdownLink to="/account/tokens">
        <IconKey {...icon} />
        {texts.apiTokens}
      </DropdownLink>
      <DropdownButton onClick={onHelp}>
        <IconKeyboard {...icon} />
        {texts.keyboardShortcuts}
      </DropdownButton>
      <DropdownRule />
      <DropdownLabel>{texts.theme}</DropdownLabel>
      {schemes.map(({ value, word, Icon }) => (
        <DropdownButton
          key={value}
          stay
          aria-pressed={colorScheme === value}
          onClick={() => setColorScheme(value)}
        >
          <Icon {...icon} />
          {word}
          {colorScheme === value && <ItemEnd>✓</ItemEnd>}
        </DropdownButton>
      ))}
      <DropdownRule />
      <DropdownButton onClick={() => void session.leave()}>
        <IconLogout {...icon} />
        {texts.logOut}
      </DropdownButton>
    </Dropdown>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((w) => w?.charAt(0).toUpperCase() ?? '')
    .join('');
}
