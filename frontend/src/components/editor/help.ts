import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { yamlLanguage } from '@codemirror/lang-yaml';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import { effectOf, type KeyEffect, knownKeys } from './known';

/** Completion of known keys at the beginning of a line, and what they mean when pointed at. */
export function keyHelp(effects: readonly KeyEffect[]): Extension {
  const options = Object.entries(knownKeys).map(([key, about]) => ({
    label: key,
    apply: `${key}: `,
    type: 'property',
    info: `${about}. ${effectOf(key, effects)}`.trim(),
  }));
  const complete = (context: CompletionContext): CompletionResult | null => {
    const before = context.matchBefore(/^[A-Z_]*/);
    if (!before || (before.from === before.to && !context.explicit)) return null;
    if (before.from !== context.state.doc.lineAt(context.pos).from) return null;
    return { from: before.from, options, validFor: /^[A-Z0-9_]*$/ };
  };
  return [yamlLanguage.data.of({ autocomplete: complete }), hover(effects)];
}

function hover(effects: readonly KeyEffect[]): Extension {
  return hoverTooltip((view, pos) => {
    const line = view.state.doc.lineAt(pos);
    const key = /^[A-Z][A-Z0-9_]*(?=:)/.exec(line.text)?.[0];
    if (key === undefined || pos > line.from + key.length) return null;
    const about = `${knownKeys[key] ?? ''}. ${effectOf(key, effects)}`.replace(/^\. /, '').trim();
    if (about === '.' || about === '') return null;
    return {
      pos: line.from,
      end: line.from + key.length,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'cm-keyHelp';
        dom.textContent = about;
        return { dom };
      },
    };
  });
}
