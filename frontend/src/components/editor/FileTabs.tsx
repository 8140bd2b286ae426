import { useId, useState } from 'react';
import { Hidden } from '@/components/Hidden';
import { Mark } from '@/components/status/Mark';
import Editor, { type LineMark } from '@/components/yaml/Editor';
import type { Knowledge } from '@/components/yaml/known';
import { Tabs } from '../ui/Tabs';
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
      <Tabs
        label={texts.files}
        tabs={tabs.map(({ path, changed, marks }) => ({
          name: path,
          contents: (
            <>
              {path.split('/').at(-1)}
              {changed && (
                <>
                  <span aria-hidden="true">•</span>
                  <Hidden>{texts.changedWord}</Hidden>
                </>
              )}
              {marks.length > 0 && (
                <span data-tone="bad" className="tone">
                  <Mark shape="triangle" size={12} />
                  <Hidden>{texts.withProblems}</Hidden>
                </span>
              )}
            </>
          ),
        }))}
        open={tab.path}
        panel={id}
        onOpen={setOpen}
      />
      <div id={id} role="tabpanel" aria-label={tab.path}>
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
