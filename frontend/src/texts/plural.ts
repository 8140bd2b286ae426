/** A number with its noun: “1 instance”, “3 instances”. */
export function plural(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}
