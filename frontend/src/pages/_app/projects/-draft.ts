/** What of a new project is kept in the browser until it is added: nothing secret. */
const kept = ['gitlabUrl', 'project', 'gatewayUrl', 'deployKeyBy'] as const;

type Draft = Partial<Record<(typeof kept)[number], string>>;

/** Each person has a draft of their own. */
const keyOf = (person: string) => `ocim-new-project-${person}`;

export function keepDraft(person: string, values: Draft): void {
  localStorage.setItem(keyOf(person), JSON.stringify(Object.fromEntries(kept.map((n) => [n, values[n]]))));
}

export function forgetDraft(person: string): void {
  localStorage.removeItem(keyOf(person));
}

/** What somebody had filled in when they left. */
export function readDraft(person: string): Draft {
  try {
    const found = JSON.parse(localStorage.getItem(keyOf(person)) ?? '{}') as Record<string, unknown> | null;
    return Object.fromEntries(
      kept.flatMap((name) => {
        const value = found?.[name];
        return typeof value === 'string' && value !== '' ? [[name, value]] : [];
      }),
    );
  } catch {
    return {};
  }
}
