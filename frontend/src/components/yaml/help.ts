import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { yamlLanguage } from '@codemirror/lang-yaml';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import { aboutKey, type Knowledge, keysOf } from './known';
import * as texts from '@/texts/editor';

/** What is helped with in an editor. */
export interface KeyHelp {
  /** The files whose keys may stand there. */
  files: readonly string[];
  known: Knowledge | undefined;
}

/** Completion of known keys at the beginning of a line, and what they mean when pointed at. `help` is asked each time. */
export function keyHelp(help: () => KeyHelp | undefined): Extension {
  const about = (key: string) => described(help(), key);
  const complete = (context: CompletionContext): CompletionResult | null => {
    const before = context.matchBefore(/^[A-Za-z_]\w*/);
    if (!before && !context.explicit) return null;
    const from = before?.from ?? context.pos;
    if (from !== context.state.doc.lineAt(context.pos).from) return null;
    const options = Object.keys(keysOf(help()?.known, help()?.files ?? [])).map((key) => ({
      label: key,
      apply: `${key}: `,
      type: 'property',
      info: () => about(key),
    }));
    return { from, options, validFor: /^\w*$/ };
  };
  return [yamlLanguage.data.of({ autocomplete: complete }), hover(about)];
}

/** Says what a key means; null when nothing is known of it. */
function described(help: KeyHelp | undefined, key: string): Node | null {
  const { doc, effect, identity } = aboutKey(help?.known, help?.files ?? [], key);
  if (doc === '') return null;
  const dom = document.createElement('div');
  dom.append([doc, identity ? '' : effect].filter(Boolean).join(' '));
  if (identity) {
    const warning = document.createElement('strong');
    warning.textContent = texts.changingThisLeavesTheInstances;
    dom.append(' ', warning);
  }
  return dom;
}

function hover(about: (key: string) => Node | null): Extension {
  return hoverTooltip((view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const key = /^[A-Za-z_]\w*(?=:)/.exec(line.text)?.[0];
    if (key === undefined || pos > line.from + key.length) return null;
    const said = about(key);
    if (!said) return null;
    return {
      pos: line.from,
      end: line.from + key.length,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'cm-keyHelp';
        dom.append(said);
        return { dom };
      },
    };
  });
}
