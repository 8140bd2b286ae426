/** What people typed as a list, separated by commas, spaces or lines. */
export function listOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))];
}
