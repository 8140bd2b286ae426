import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Watched } from './browser';
import { Mailbox } from './mail';
import { setUp } from './people';
import { Program, type ProgramOptions } from './program';

export { freePort } from './program';
export { look } from './axe';
export { misfits } from './fit';
export { patience, until } from './wait';
export * from './deploying';
export * from './gitlab';
export * from './operating';
export * from './people';
export { Provider } from './provider';

/** What a spec works with: a program, a browser, and the mails that were sent. */
export class Ocim {
  #program: Program | undefined;
  #browser: Watched | undefined;
  #mail: Mailbox | undefined;

  async open(program: Program): Promise<void> {
    this.#program = program;
    this.#mail = new Mailbox(program);
    this.#browser = await Watched.launch();
  }

  get program(): Program {
    if (!this.#program) throw new Error('the program did not start');
    return this.#program;
  }

  get mail(): Mailbox {
    if (!this.#mail) throw new Error('the program did not start');
    return this.#mail;
  }

  get browser(): Watched {
    if (!this.#browser) throw new Error('the browser did not start');
    return this.#browser;
  }

  get started(): boolean {
    return this.#browser !== undefined;
  }

  /** Somebody new at a browser of their own. */
  visitor(scheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
    return this.browser.visitor(this.program.origin, scheme);
  }

  /** The first page of somebody new. */
  async visit(scheme: 'light' | 'dark' = 'light'): Promise<Page> {
    return (await this.visitor(scheme)).newPage();
  }

  /** A new page of the administrator's browser, who stays logged in for all tests of the file. */
  async page(address?: string): Promise<Page> {
    const page = await this.browser.page();
    if (address !== undefined) await page.goto(address);
    return page;
  }

  /** Says that an answer of 400 or more belongs to the test: “403 GET /function/…”. */
  expects(answer: RegExp): void {
    this.browser.expected.push(answer);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#browser?.close(), this.#program?.remove()]);
  }
}

interface Options extends ProgramOptions {
  /** Whether somebody has set it up: Ada, the first administrator. By default yes. */
  administrator?: boolean;
}

/**
 * Starts a program and a browser for the tests of a file. Fails a test when a browser's console complains, a
 * page breaks the content security policy, or a call fails that the test did not mean to fail.
 */
export function useOcim(options: Options | (() => Promise<Options>) = {}): Ocim {
  const ocim = new Ocim();
  const leave = async (failed: boolean, name: string) => {
    if (failed) await ocim.browser.keep(name);
    expect(await ocim.browser.leave(), 'complaints of the browser').toEqual([]);
  };
  beforeAll(async () => {
    const { administrator = true, ...rest } = typeof options === 'function' ? await options() : options;
    await ocim.open(await Program.start(rest));
    if (!administrator) return;
    try {
      const browser = await ocim.visitor();
      await setUp(await browser.newPage(), ocim.program);
      ocim.browser.stay(browser);
    } catch (cause) {
      await leave(true, 'set-up');
      throw cause;
    }
    await leave(false, 'set-up');
  });
  afterEach(async ({ task }) => {
    if (ocim.started) await leave(task.result?.state === 'fail', task.name);
  });
  afterAll(() => ocim.close());
  return ocim;
}
