export interface Toast {
  id: number;
  message: string;
}

const shownFor = 5_000;
const most = 4;

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows for a moment what succeeded. A failure is shown where it happened instead. */
export function showToast(message: string): void {
  const id = ++last;
  change([...toasts, { id, message }].slice(-most));
  setTimeout(() => dismissToast(id), shownFor);
}

export function dismissToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

/** What is shown just now, for useSyncExternalStore. */
export const shownToasts = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => toasts,
  clear: () => change([]),
};
