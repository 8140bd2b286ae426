import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconKey, IconKeyboard, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { session } from '@/api/client';
import { rolesInWords } from '../roles';
import { useMe } from '../useMe';
import classes from './frame.module.css';
import { MenuLink } from './MenuLink';

const icon = { size: 16, stroke: 1.7 };

const schemes = [
  { value: 'light', word: 'Light', Icon: IconSun },
  { value: 'dark', word: 'Dark', Icon: IconMoon },
  { value: 'auto', word: 'As the system', Icon: IconDeviceDesktop },
] as const;

export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (!me) return null;
  return (
    <Menu width={260}>
      <Menu.Target>
        <button type="button" className={classes.initials} aria-label={`Account of ${me.name}`}>
          {initials(me.name)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <strong>{me.name}</strong>
          <span>{me.email}</span>
          <span>{rolesInWords(me)}</span>
        </div>
        <Menu.Divider />
        <MenuLink  to="/account" leftSection={<IconUser {...icon} />}>
          Account and sessions
        </MenuLink>
        <MenuLink  to="/account/tokens" leftSection={<IconKey {...icon} />}>
          API tokens
        </MenuLink>
        <Menu.Item leftSection={<IconKeyboard {...icon} />} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {schemes.map(({ value, word, Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Icon {...icon} />}
            rightSection={colorScheme === value ? '✓' : undefined}
            closeMenuOnClick={false}
            onClick={() => {
              setColorScheme(value);
            }}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout {...icon} />} onClick={() => void session.leave()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((w) => w?.charAt(0).toUpperCase() ?? '').join('');
}
