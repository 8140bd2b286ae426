import { yaml } from '@codemirror/lang-yaml';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { closeSearchPanel, openSearchPanel, searchPanelOpen } from '@codemirror/search';
import { EditorView } from '@codemirror/view';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { type CSSProperties, useEffect, useRef } from 'react';
import { extensions } from './extensions';
import { type KeyHelp, keyHelp } from './help';
import classes from './yaml.module.css';

/** Something to say at a line, counted from 1. */
export interface LineMark {
  line: number;
  column?: number;
  message: string;
  /** Whether it works all the same. */
  warning?: boolean;
}

export interface EditorProps {
  label: string;
  text: string;
  /** Absent: read only. */
  onChange?: (text: string) => void;
  marks?: readonly LineMark[];
  minHeight?: number;
  /** Whether the search is open; it also opens and closes by keyboard. */
  searching?: boolean;
  onSearching?: (open: boolean) => void;
  /** Keys that are completed and explained. */
  help?: KeyHelp;
}

/** CodeMirror around a text. Loaded on its own, since it is large. */
export default function Editor(props: EditorProps) {
  const { label, text, onChange, marks = none, minHeight, searching, onSearching, help } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const change = useRef(onChange);
  const initial = useRef({ text, editable: onChange !== undefined });
  const attributes = useRef(new Compartment());

  const searched = useRef(onSearching);
  const helped = useRef(help);

  useEffect(() => {
    change.current = onChange;
    searched.current = onSearching;
    helped.current = help;
  }, [onChange, onSearching, help]);

  useEffect(() => {
    const { editable, text: doc } = initial.current;
    const reports = EditorView.updateListener.of((update) => {
      if (update.docChanged) change.current?.(update.state.doc.toString());
    });
    const search = EditorView.updateListener.of(({ startState, state }) => {
      const now = searchPanelOpen(state);
      if (now !== searchPanelOpen(startState)) searched.current?.(now);
    });
    const access: Extension = editable
      ? [lintGutter(), reports]
      : [EditorState.readOnly.of(true), EditorView.editable.of(false)];
    const editor = new EditorView({
      parent: host.current ?? undefined,
      state: EditorState.create({
        doc,
        extensions: [
          extensions,
          yaml(),
          access,
          search,
          keyHelp(() => helped.current),
          attributes.current.of([]),
        ],
      }),
    } as ConstructorParameters<typeof EditorView>[0]);
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0', spellcheck: 'false' }),
      ),
    });
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || searching === undefined || searching === searchPanelOpen(editor.state)) return;
    if (searching) openSearchPanel(editor);
    else closeSearchPanel(editor);
  }, [searching]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (editor)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          marks.map((mark) => diagnostic(editor.state, mark)),
        ),
      );
  }, [marks, text]);

  return <div ref={host} className={classes.editor} style={least(minHeight)} />;
}

/** The least height of the text, for the style sheet. */
function least(height = 0): CSSProperties {
  return { '--least': `${height}px` } as CSSProperties;
}

const none: readonly LineMark[] = [];

function diagnostic(state: EditorState, mark: LineMark): Diagnostic {
  const { line, column = 1, message, warning = false } = mark;
  const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  return {
    from: Math.min(at.from + column - 1, at.to),
    to: at.to,
    severity: warning ? 'warning' : 'error',
    message,
  };
}
