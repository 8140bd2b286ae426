import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Program } from './program';
import { until } from './wait';

/** Who opens the outbox and follows the links that were mailed. */
export class Mailbox {
  readonly #read = new Set<string>();

  constructor(private readonly program: Program) {}

  /** Waits for the next mail to somebody about something, and gives the link in it. Each mail is read once. */
  async link(to: string, about: RegExp): Promise<string> {
    return until(`a mail to ${to} about ${String(about)}`, async () => {
      const files = (await readdir(this.program.outbox).catch(() => []))
        .filter((f) => f.endsWith('.eml'))
        .sort();
      for (const file of files) {
        if (this.#read.has(file)) continue;
        const mail = await readFile(path.join(this.program.outbox, file), 'utf8');
        if (!mail.includes(`To: <${to}>`) || !about.test(/^Subject: (.*)$/m.exec(mail)?.[1] ?? '')) continue;
        this.#read.add(file);
        const text = mail.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=');
        const link = new RegExp(`^${this.program.origin}/\\S+$`, 'm').exec(text)?.[0];
        if (link === undefined) throw new Error(`no link in the mail ${file}`);
        return link;
      }
      return undefined;
    });
  }
}
