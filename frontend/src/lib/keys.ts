/** Whether a key press belongs to something that takes text, and so is no shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

export interface Shortcut {
  /** Keys pressed one after another, such as `g i`. */
  keys: string;
  does: string;
  run: () => void;
}

/**
 * Follows key presses and runs the shortcut whose keys were pressed in sequence, each within a second
 * of the one before. Gives the listener for `keydown`.
 */
export function followShortcuts(shortcuts: () => readonly Shortcut[], now: () => number = Date.now) {
  let pressed: string[] = [];
  let last = 0;
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target))
      return;
    // A dialog has the keyboard for itself.
    if (document.querySelector('[role="dialog"][aria-modal="true"]')) return;
    if (now() - last > 1000) pressed = [];
    last = now();
    pressed = [...pressed, event.key].slice(-2);
    const found =
      shortcuts().find((s) => s.keys === pressed.join(' ')) ?? shortcuts().find((s) => s.keys === event.key);
    if (!found) return;
    event.preventDefault();
    pressed = [];
    found.run();
  };
}
