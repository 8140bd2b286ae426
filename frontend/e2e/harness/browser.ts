import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { patience } from './wait';

const results = path.resolve(import.meta.dirname, '../../test-results');

/**
 * Answers that are no failure wherever they come: a browser that nobody is logged in with asks who it is; a page
 * whose predecessor was left while it asked repeats that; and one cluster of the demonstration is offline for the
 * first twenty minutes of every hour.
 */
const usual = [
  /^401 POST \/function\/auth\/v1\/refresh$/,
  /^409 POST \/function\/auth\/v1\/refresh$/,
  /^503 GET .*\/grove-lab-minikube\/instances\/[^/]+\/(pods|replication|events|drift)$/,
  /^503 GET .*\/grove-lab-minikube\/(nodes|warnings)$/,
];

/** A browser whose visitors are watched: what its console complains of is a failure. */
export class Watched {
  /** Answers of 400 and more that a test means to cause, as “403 GET /path”. */
  readonly expected: RegExp[] = [];
  #complaints: string[] = [];
  #contexts: BrowserContext[] = [];
  #kept: BrowserContext | undefined;

  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<Watched> {
    const browser = await chromium.launch({
      executablePath: executable(),
      timeout: patience,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new Watched(browser);
  }

  /** Somebody with a browser of their own. */
  async visitor(baseURL: string, scheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      baseURL,
      colorScheme: scheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
      viewport: { width: 1440, height: 900 },
    });
    context.setDefaultTimeout(patience);
    this.#contexts.push(context);
    context.on('weberror', (error) => this.#complain('uncaught', error.error().message));
    context.on('console', (message) => {
      // Failed requests are reported below, with their status and address.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      this.#complain('console', message.text());
    });
    context.on('response', (response) => {
      if (response.status() < 400) return;
      const answer = `${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`;
      if (![...usual, ...this.expected].some((one) => one.test(answer))) this.#complain('answer', answer);
    });
    return context;
  }

  /** Keeps a visitor's browser, so that who is logged in there stays so until the end of the file. */
  stay(context: BrowserContext): void {
    this.#contexts = this.#contexts.filter((one) => one !== context);
    this.#kept = context;
  }

  /** A new page of the browser that is kept. */
  page(): Promise<Page> {
    if (!this.#kept) throw new Error('no browser is kept');
    return this.#kept.newPage();
  }

  get #open(): Page[] {
    return [...this.#contexts, ...(this.#kept ? [this.#kept] : [])].flatMap((context) => context.pages());
  }

  #complain(what: string, text: string): void {
    this.#complaints.push(`${what}: ${text}`);
  }

  /** Ends all visits, and gives what was complained of in them. */
  async leave(): Promise<string[]> {
    await Promise.all(this.#contexts.map((context) => context.close()));
    await Promise.all((this.#kept?.pages() ?? []).map((page) => page.close()));
    const complaints = this.#complaints;
    this.#contexts = [];
    this.#complaints = [];
    this.expected.length = 0;
    return complaints;
  }

  /** Keeps a picture and the document of each open page, to look into a failure. */
  async keep(name: string): Promise<void> {
    await mkdir(results, { recursive: true });
    await Promise.all(
      this.#open.map((page, i) => keepPage(page, path.join(results, `${safe(name)}-${i + 1}`))),
    );
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

async function keepPage(page: Page, file: string): Promise<void> {
  try {
    await page.screenshot({ path: `${file}.png`, fullPage: true, timeout: 10_000 });
    await writeFile(`${file}.html`, `<!-- ${page.url().replace(/#.*/, '')} -->\n${await page.content()}`);
  } catch (cause) {
    await writeFile(`${file}.txt`, String(cause));
  }
}

/** What `make chromium` made sure of. */
function executable(): string {
  const shell = '/usr/bin/chromium-headless-shell';
  return process.env.OCIM_CHROMIUM ?? (existsSync(shell) ? shell : '/usr/bin/chromium');
}

function safe(name: string): string {
  return name.replaceAll(/[^\w]+/g, '-').slice(0, 100);
}
