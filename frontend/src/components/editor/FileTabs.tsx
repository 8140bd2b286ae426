import { useId, useState } from 'react';
import { Hidden } from '@/components/Hidden';
import { Mark } from '@/components/status/Mark';
import Editor, { type LineMark } from '@/components/yaml/Editor';
import type { Knowledge } from '@/components/yaml/known';
import yamlClasses from '@/components/yaml/yaml.module.css';
import classes from './editor.module.css';
import * as texts from '@/texts/editor';

interface Tab {
  path: string;
  text: string;
  changed: boolean;
  marks: readonly LineMark[];
}

interface FileTabsProps {
  tabs: readonly Tab[];
  known: Knowledge | undefined;
  onChange: (path: string, text: string) => void;
}

/** Files to edit, one at a time, with what is wrong in them. */
export function FileTabs({ tabs, known, onChange }: FileTabsProps) {
  const id = useId();
  const [open, setOpen] = useState(tabs[0]?.path);
  const tab = tabs.find((t) => t.path === open) ?? tabs[0];
  if (!tab) return null;
  return (
    <>
      <div role="tablist" aria-label={texts.files} className={classes.tabs}>
        {tabs.map((t, i) => (
          <button
            key={t.path}
            type="button"
            role="tab"
            id={`${id}-${i}`}
            aria-selected={t === tab}
            aria-controls={`${id}-panel`}
            tabIndex={t === tab ? 0 : -1}
            className={`inline gap-6 tiny dim code ${classes.tab}`}
            onClick={() => setOpen(t.path)}
            onKeyDown={(event) => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              if (step === undefined) return;
              const next = (i + step + tabs.length) % tabs.length;
              setOpen(tabs[next]?.path);
              document.getElementById(`${id}-${next}`)?.focus();
            }}
          >
            {t.path.split('/').at(-1)}
            {t.changed && (
              <>
                <span aria-hidden="true">•</span>
                <Hidden>{texts.changedWord}</Hidden>
              </>
            )}
            {t.marks.length > 0 && (
              <>
                <Mark shape="triangle" size={12} />
                <Hidden>{texts.withProblems}</Hidden>
              </>
            )}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-label={tab.path}>
        <div className={yamlClasses.frame}>
          <Editor
            key={tab.path}
            label={tab.path}
            text={tab.text}
            onChange={(text) => onChange(tab.path, text)}
            marks={tab.marks}
            minHeight={320}
            help={{ files: [tab.path], known }}
          />
        </div>
        <div role="status" aria-label={texts.problemsIn(tab.path)}>
          {tab.marks.length > 0 && (
            <ul className={classes.marks}>
              {tab.marks.map((mark, i) => (
                <li key={i} data-warning={mark.warning}>
                  {texts.line2(
                    mark.line,
                    mark.column !== undefined && texts.column(mark.column),
                    mark.message,
                  )}
                </li>
              ))}
            </ul>
          )}
        </div>
        {tab.text.includes('••••') && (
          <p className={`tiny dim ${classes.masked}`}>{texts.secretsAreMaskedAMasked}</p>
        )}
      </div>
    </>
  );
}
