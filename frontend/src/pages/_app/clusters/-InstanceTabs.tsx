import { Link } from '@tanstack/react-router';
import classes from '@/components/Sections.module.css';
import type { InstanceSearch } from './-instanceSearch';
import * as texts from '@/texts/clusters';

type Tab = InstanceSearch['tab'];

const tabs: readonly { tab: Tab; word: string }[] = [
  { tab: undefined, word: texts.workloads },
  { tab: 'configuration', word: texts.configuration },
  { tab: 'details', word: texts.details },
  { tab: 'usage', word: texts.usage },
  { tab: 'timeline', word: texts.timeline },
  { tab: 'deployments', word: texts.pipelines },
];

/** Parts of an instance's page, as links: the address says which is open. */
export function InstanceTabs({ label, open }: { label: string; open: Tab }) {
  return (
    <nav aria-label={label} className={`row gap-2 ${classes.sections}`}>
      {tabs.map(({ tab, word }) => (
        <Link
          key={word}
          to="."
          search={(before) => ({ ...before, tab, file: undefined })}
          resetScroll={false}
          activeOptions={exactly}
          aria-current={tab === open ? 'page' : undefined}
          className={`dim ${classes.link}`}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}

const exactly = { exact: true, includeSearch: true, explicitUndefined: true };
