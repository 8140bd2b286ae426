/** By how much the clocks of the browser, Ocim and the clusters may differ, in ms. */
const skew = 60_000;

/** Whether only a clock that is wrong can have noted this as past. */
export function isFuture(date: Date, now: number): boolean {
  return date.getTime() - now > skew;
}
