const key = 'ocim.recent';
const most = 5;

/** The instances that were opened last on this browser, the newest first, each as “cluster/name”. */
export function readRecent(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string').slice(0, most) : [];
  } catch {
    return []; // the browser keeps nothing, or something else wrote there
  }
}

export function noteRecent(id: string): void {
  try {
    localStorage.setItem(
      key,
      JSON.stringify([id, ...readRecent().filter((one) => one !== id)].slice(0, most)),
    );
  } catch {
    // Without storage there is no list of recent ones.
  }
}
