import { yaml } from '@codemirror/lang-yaml';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { look } from '@/components/yaml/extensions';
import classes from './editor.module.css';
import * as texts from '@/texts/editor';

interface MergeDiffProps {
  label: string;
  before: string;
  after: string;
  /** What to call the two. */
  sides?: readonly [string, string];
}

const usual = ['before', 'after'] as const;

const collapse = { margin: 3, minSize: 6 };

/** Two texts beside one another, on narrow screens in one column; what is the same is folded. */
export default function MergeDiff({ label, before, after, sides = usual }: MergeDiffProps) {
  const [first, second] = sides;
  const host = useRef<HTMLDivElement>(null);
  const wide = useMediaQuery('(min-width: 62em)', undefined, { getInitialValueInEffect: false });
  useEffect(() => {
    const parent = host.current;
    if (!parent) return undefined;
    const extensions = (side: string): Extension => [
      lineNumbers(),
      yaml(),
      look,
      EditorView.lineWrapping,
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      EditorView.contentAttributes.of({ 'aria-label': `${label}, ${side}`, tabindex: '0' }),
    ];
    if (wide) {
      const view = new MergeView({
        parent,
        a: { doc: before, extensions: extensions(first) },
        b: { doc: after, extensions: extensions(second) },
        collapseUnchanged: collapse,
        gutter: true,
      });
      return () => view.destroy();
    }
    const view = new EditorView({
      parent,
      doc: after,
      extensions: [
        extensions(texts.and(first, second)),
        unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: collapse }),
      ],
    });
    return () => view.destroy();
  }, [label, before, after, first, second, wide]);
  return <div ref={host} className={classes.merge} />;
}
