import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { keyEffectsQuery } from '@/api/queries/operations';
import type { File, Files } from '@/api/types';
import { Empty } from '../Empty';
import { Panel } from '../Panel';
import { SmallButton } from '../SmallButton';
import { Mark } from '../status/Mark';
import { CopyButton } from '../ui/CopyButton';
import { Tabs } from '../ui/Tabs';
import { Yaml } from '../yaml/Yaml';
import { Problems } from './Problems';
import * as texts from '@/texts/editor';

interface FilesPanelProps {
  title: string;
  files: Files | undefined;
  /** Version of Tutor that the instance runs, as far as is known. */
  tutor?: string | undefined;
  /** Why there may be none. */
  none: string;
  /** Name of the file that is open; the first unless given. */
  open: string | undefined;
  onOpen: (name: string) => void;
  actions?: ReactNode;
}

/** Configuration files, read only, with what is wrong in them. Secrets came masked. */
export default function FilesPanel({ title, files, tutor, none, open, onOpen, actions }: FilesPanelProps) {
  const id = useId();
  const [searching, setSearching] = useState(false);
  const known = useQuery(keyEffectsQuery(tutor)).data;
  const list = files?.files ?? [];
  const file = list.find((f) => nameOf(f) === open) ?? list[0];
  if (!file) {
    return (
      <Panel title={title}>
        <Empty title={texts.noFiles}>{none}</Empty>
      </Panel>
    );
  }
  return (
    <Panel
      title={title}
      note={files && <>{texts.atCommit(files.commit.slice(0, 8))}</>}
      actions={
        <>
          <SmallButton aria-pressed={searching} onClick={() => setSearching(!searching)}>
            {texts.search}
          </SmallButton>
          <CopyButton value={file.text}>
            {({ copied, copy }) => (
              <SmallButton onClick={copy}>{copied ? texts.copied : texts.copy}</SmallButton>
            )}
          </CopyButton>
          {actions}
        </>
      }
    >
      {list.length > 1 && (
        <Tabs
          label={title}
          tabs={list.map((f) => ({
            name: nameOf(f),
            contents: (
              <>
                {nameOf(f)}
                {(f.problems?.length ?? 0) > 0 && (
                  <span data-tone="warn" className="tone">
                    <Mark shape="triangle" size={12} />
                  </span>
                )}
              </>
            ),
          }))}
          open={nameOf(file)}
          panel={id}
          onOpen={onOpen}
        />
      )}
      <div id={id} role={list.length > 1 ? 'tabpanel' : undefined} aria-label={nameOf(file)}>
        <Problems problems={file.problems ?? []} />
        <Yaml
          key={file.path}
          label={texts.readOnly(file.path)}
          text={file.text}
          marks={marksOf(file)}
          minHeight={120}
          help={{ files: [file.path], known }}
          searching={searching}
          onSearching={setSearching}
        />
      </div>
    </Panel>
  );
}

function marksOf(file: File) {
  return (file.problems ?? []).flatMap(({ line, column, message }) =>
    line === undefined || line === 0 ? [] : [{ line, message, ...(column === undefined ? {} : { column }) }],
  );
}

function nameOf(file: File): string {
  return file.path.split('/').at(-1) ?? file.path;
}
