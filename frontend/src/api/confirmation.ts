/** A call that waits until the person at the browser has confirmed who they are. */
export interface PendingConfirmation {
  /** What to do, as the API says it. */
  readonly message: string;
  readonly settle: (confirmed: boolean) => void;
}

/**
 * Asks for a confirmation when the API demands one. Calls that need one at the same time share it; a
 * dialog subscribes to show it.
 */
export class Confirmation {
  #pending: PendingConfirmation | undefined;
  #answer: Promise<boolean> | undefined;
  readonly #listeners = new Set<() => void>();

  get pending(): PendingConfirmation | undefined {
    return this.#pending;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Resolves to whether the person confirmed. */
  ask(message: string): Promise<boolean> {
    this.#answer ??= new Promise<boolean>((resolve) => {
      this.#set({
        message,
        settle: (confirmed) => {
          this.#answer = undefined;
          this.#set(undefined);
          resolve(confirmed);
        },
      });
    });
    return this.#answer;
  }

  #set(pending: PendingConfirmation | undefined): void {
    this.#pending = pending;
    for (const listener of this.#listeners) listener();
  }
}

export const confirmation = new Confirmation();

/** What a refused call says of the confirmation that it lacks; undefined when it lacks none. */
export async function confirmationOf(response: Response): Promise<string | undefined> {
  if (response.status !== 403) return undefined;
  try {
    const document = (await response.clone().json()) as { errors?: { field?: string; message?: string }[] };
    const lacking = document.errors?.find(({ field }) => field === 'confirmation');
    return lacking && (lacking.message ?? '');
  } catch {
    return undefined;
  }
}
