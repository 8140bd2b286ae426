import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Program } from './program';
import { until } from './wait';

/** Who opens the outbox and follows the links that were mailed. */
export class Mailbox {
  readonly #read = new Set<string>();

  constructor(private readonly program: Program) {}

  /** Waits for the next mail to somebody with a link to a page, and gives the link. Each mail is read once. */
  async link(to: string, page: 'register' | 'reset'): Promise<string> {
    return until(`a mail to ${to} with a link to ${page}`, async () => {
      const files = (await readdir(this.program.outbox).catch(() => []))
        .filter((f) => f.endsWith('.eml'))
        .sort();
      for (const file of files) {
        if (this.#read.has(file)) continue;
        const mail = (await readFile(path.join(this.program.outbox, file), 'utf8')).replaceAll(/=\r?\n/g, '');
        const link = new RegExp(`^${this.program.origin}/${page}#\\S+$`, 'm').exec(mail)?.[0];
        if (!mail.includes(`To: <${to}>`) || link === undefined) continue;
        this.#read.add(file);
        return link;
      }
      return undefined;
    });
  }
}
