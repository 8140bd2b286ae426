import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';

const colors = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--ocim-anchor)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ocim-warn)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--ocim-dimmed)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.atom, tags.labelName, tags.typeName], color: 'var(--ocim-busy)' },
  { tag: tags.invalid, color: 'var(--ocim-bad)' },
]);

const theme = EditorView.theme({
  '&': { fontSize: '0.8125rem', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--ocim-font-family-monospace)', lineHeight: '1.6' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ocim-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--ocim-text)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ocim-dimmed)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 6px 0 12px', minWidth: '34px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--ocim-hover)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--ocim-anchor) 26%, transparent)',
  },
  '.cm-panel.cm-search': {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '6px 8px',
    alignItems: 'center',
    padding: '8px 36px 8px 10px',
    fontFamily: 'var(--ocim-font-family)',
  },
  '.cm-panel.cm-search br': { display: 'none' },
  '.cm-panel.cm-search label': {
    display: 'inline-flex',
    gap: '4px',
    alignItems: 'center',
    minHeight: '24px',
  },
  '.cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label': {
    margin: '0',
    fontSize: '0.8125rem',
  },
  '.cm-panel .cm-textField, .cm-panel .cm-button': {
    minHeight: '28px',
    padding: '2px 10px',
    backgroundColor: 'var(--ocim-surface)',
    backgroundImage: 'none',
    border: '1px solid var(--ocim-field)',
    borderRadius: 'var(--ocim-radius-sm)',
    color: 'inherit',
  },
  '.cm-panel.cm-search [name=close]': {
    top: '8px',
    right: '8px',
    width: '28px',
    height: '28px',
    fontSize: '1rem',
  },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--ocim-hover)', border: 'none', color: 'inherit' },
  '.cm-keyHelp': { maxWidth: '340px', padding: '6px 10px' },
  '.cm-keyHelp strong, .cm-completionInfo strong': {
    display: 'block',
    color: 'var(--ocim-bad)',
    fontWeight: '600',
  },
  '.cm-panels, .cm-tooltip': {
    backgroundColor: 'var(--ocim-sunken)',
    color: 'var(--ocim-text)',
    borderColor: 'var(--ocim-line)',
  },
});

/** How YAML looks, in every view of it. */
export const look: Extension = [syntaxHighlighting(colors), theme];

/** What both viewer and editor are made of. */
export const extensions: Extension = [basicSetup, EditorView.lineWrapping, look];
