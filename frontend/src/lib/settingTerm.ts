const condition = /^([A-Za-z0-9_.-]+)([=~])(.*)$/;

/** What is being typed of a condition on the configuration: a key, or a value of the key before it. */
export function wantedOf(term: string): { key: string | undefined; text: string } {
  const parts = condition.exec(term.trim());
  return parts ? { key: parts[1], text: parts[3] ?? '' } : { key: undefined, text: term.trim() };
}

/** The condition with what was suggested for its end. */
export function completed(term: string, suggestion: string): string {
  const parts = condition.exec(term.trim());
  return parts ? `${parts[1] ?? ''}${parts[2] ?? ''}${suggestion}` : suggestion;
}
