import { IconMenu2, IconPlus, IconSearch } from '@tabler/icons-react';
import { ButtonLink } from '../links';
import { IconButton } from '../ui/Button';
import { useMay } from '../useMe';
import classes from './frame.module.css';
import { Running } from './Running';
import { UserMenu } from './UserMenu';
import * as texts from '@/texts/frame';

const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);

interface HeaderProps {
  onSearch: () => void;
  onHelp: () => void;
  /** Given where the sidebar is behind a button. */
  onMenu?: () => void;
}

export function Header({ onSearch, onHelp, onMenu }: HeaderProps) {
  const administrator = useMay('administrator');
  return (
    <header className={`line ${classes.header}`}>
      {onMenu && (
        <IconButton onClick={onMenu} aria-label={texts.openSidebar}>
          <IconMenu2 size={18} stroke={1.7} />
        </IconButton>
      )}
      <button type="button" className={`line small ${classes.search}`} onClick={onSearch}>
        <IconSearch size={15} stroke={1.8} />
        <span className={`cut ${classes.searchWord}`}>{texts.searchOrRun}</span>
        <kbd>{apple ? texts.k : texts.ctrlK}</kbd>
      </button>
      <div className={classes.spacer} />
      <Running />
      {administrator && (
        <ButtonLink to="/projects/new">
          <span className="inline gap-10">
            <IconPlus size={15} stroke={2} />
            <span className={classes.wideOnly}>{texts.addGitlabProject}</span>
          </span>
        </ButtonLink>
      )}
      <UserMenu onHelp={onHelp} />
    </header>
  );
}
