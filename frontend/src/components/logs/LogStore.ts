import { JobLogReader, type LogRow, type LogSection } from '@/lib/jobLog';

/** A part of a log, as the API gives it. */
interface Part {
  from: number;
  next: number;
  size: number;
  text: string;
  more: boolean;
}

type Read = (from: number, limit: number, signal: AbortSignal) => Promise<Part>;

export interface LogState {
  rows: readonly LogRow[];
  sections: readonly LogSection[];
  /** First byte that is shown, the byte after the last one, and all there are; size is -1 when unknown. */
  from: number;
  next: number;
  size: number;
  /** Whether there is more now than is shown. */
  more: boolean;
  loading: boolean;
  error: Error | undefined;
}

/** Bytes asked for at once, and kept at most. */
const part = 512 * 1024;
const most = 4 * 1024 * 1024;

const nothing: LogState = {
  rows: [],
  sections: [],
  from: 0,
  next: 0,
  size: -1,
  more: false,
  loading: true,
  error: undefined,
};

/**
 * The part of a job's log that is shown. A log of 50 MB never is in memory: a window of it is, which
 * moves. While the job runs, the end is asked for again and again.
 */
export class LogStore {
  #state = nothing;
  #reader = new JobLogReader();
  #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly read: Read,
    private readonly pause = 2_000,
  ) {}

  get state(): LogState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to read around a byte: at the beginning when the log is small, else so that the byte is seen; at its end without one. */
  async open(at: number | undefined): Promise<void> {
    const signal = this.#restart(0);
    try {
      const first = await this.read(0, part, signal);
      if (first.size > most && (at === undefined || at > first.next)) {
        const from = at === undefined ? first.size - 2 * part : at - part / 2;
        await this.#fill(this.#restart(Math.max(0, from)));
        return;
      }
      this.#take(first);
      await this.#fill(signal);
    } catch (cause) {
      this.#fail(cause, signal);
    }
  }

  /** Goes on after what is shown; also after a failure. */
  async later(): Promise<void> {
    const signal = this.#begin();
    await this.#fill(signal, part);
  }

  /** Shows what is before. */
  async earlier(): Promise<void> {
    const to = this.#state.from;
    await this.#fill(this.#restart(Math.max(0, to - most / 2)));
  }

  setRunning(running: boolean): void {
    const ended = this.#running && !running;
    this.#running = running;
    if (ended || (running && !this.#state.loading)) void this.later();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
  }

  #restart(from: number): AbortSignal {
    this.#reader = new JobLogReader(from);
    this.#set({ ...nothing, from, next: from });
    return this.#begin();
  }

  #begin(): AbortSignal {
    this.stop();
    this.#stopped = new AbortController();
    this.#set({ ...this.#state, loading: true, error: undefined });
    return this.#stopped.signal;
  }

  /** Reads on until the end or until enough is there. */
  async #fill(signal: AbortSignal, atLeast = 0): Promise<void> {
    const start = this.#state.next;
    try {
      for (;;) {
        this.#take(await this.read(this.#state.next, part, signal));
        const { from, next, more } = this.#state;
        const enough = next - from >= most && next - start >= atLeast;
        if (!more || (enough && !this.#running)) break;
      }
      this.#set({ ...this.#state, loading: false });
      if (this.#running) this.#timer = setTimeout(() => void this.later(), this.pause);
    } catch (cause) {
      this.#fail(cause, signal);
    }
  }

  #take({ next, size, text, more }: Part): void {
    if (this.#stopped.signal.aborted) return;
    this.#reader.append(text);
    this.#shrink(next);
    const { rows, last, sections } = this.#reader;
    const from = this.#state.from;
    this.#set({
      ...this.#state,
      rows: last ? [...rows, last] : rows,
      sections: [...sections],
      from: next - from > most ? (rows[0]?.at ?? from) : from,
      next,
      size,
      more,
    });
  }

  /** Forgets the beginning of what is shown when it becomes too much. */
  #shrink(next: number): void {
    const { rows } = this.#reader;
    if (next - (rows[0]?.at ?? next) <= most) return;
    this.#reader.drop(rows.findIndex((row) => next - row.at <= most));
  }

  #fail(cause: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#set({ ...this.#state, loading: false, error });
  }

  #set(state: LogState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Gives a whole log as a file, part by part, so that the page never holds it as text. */
export async function wholeLog(read: Read, signal: AbortSignal): Promise<Blob> {
  const parts: Blob[] = [];
  for (let from = 0, more = true; more;) {
    const { text, next, more: left } = await read(from, 1024 * 1024, signal);
    parts.push(new Blob([text]));
    more = left && next > from;
    from = next;
  }
  return new Blob(parts, { type: 'text/plain;charset=utf-8' });
}
