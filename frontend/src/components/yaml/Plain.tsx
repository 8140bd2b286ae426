import type { EditorProps } from './Editor';
import classes from './yaml.module.css';

/** The text as the browser shows it: until the editor has come, and where it cannot come. */
export function Plain({ label, text, onChange, minHeight }: EditorProps) {
  return (
    <textarea
      className={classes.plain}
      aria-label={label}
      value={text}
      readOnly={onChange === undefined}
      spellCheck={false}
      rows={Math.min(text.split('\n').length, 30)}
      style={{ minHeight }}
      onChange={(event) => onChange?.(event.currentTarget.value)}
    />
  );
}
