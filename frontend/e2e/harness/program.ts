import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../../..');

export interface ProgramOptions {
  /** When the sync function is called, beside once at the start. By default not again while a test runs. */
  sync?: string;
  /** How much faster than real the demonstration's pipelines run. */
  speed?: number;
  /** More of the environment. */
  env?: Record<string, string>;
  /** Files to put into the folder of the secrets. */
  secrets?: Record<string, string>;
  /** Its port; a free one by default. */
  port?: number;
}

/** The program for one machine, in a folder of its own. It ends with the process that started it. */
export class Program {
  /** The set-up link, or how else to log in. */
  how = '';
  log = '';
  #child: ChildProcess | undefined;
  #guard: ChildProcess | undefined;

  private constructor(
    readonly dir: string,
    readonly port: number,
    readonly gitlabPort: number,
    private readonly env: Record<string, string>,
  ) {}

  /** The link that makes the first administrator. */
  get setUpLink(): string {
    const link = /http\S+\/setup#\S+/.exec(this.how)?.[0];
    if (link === undefined) throw new Error(`no set-up link: ${this.how}`);
    return link;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get gitlab(): string {
    return `http://127.0.0.1:${this.gitlabPort}`;
  }

  get outbox(): string {
    return path.join(this.dir, 'kept', 'outbox');
  }

  static async start(options: ProgramOptions = {}): Promise<Program> {
    const { sync = '@every 24h', speed = 150, env = {}, secrets = {}, port = await freePort() } = options;
    const dir = await mkdtemp(path.join(tmpdir(), 'ocim-e2e-'));
    const kept = path.join(dir, 'kept');
    await mkdir(path.join(kept, 'secrets'), { recursive: true, mode: 0o700 });
    for (const [name, value] of Object.entries(secrets)) {
      await writeFile(path.join(kept, 'secrets', name), value, { mode: 0o600 });
    }
    const stack = await readFile(path.join(root, 'stack.yml'), 'utf8');
    const schedule = /^( *schedule: ).*$/gm;
    if (stack.match(schedule)?.length !== 1) throw new Error('stack.yml has no single schedule');
    await writeFile(path.join(dir, 'stack.yml'), stack.replace(schedule, `$1"${sync}"`));
    const gitlabPort = await freePort();
    const program = new Program(dir, port, gitlabPort, {
      OCIM_LISTEN: `127.0.0.1:${port}`,
      OCIM_DEMO_LISTEN: `127.0.0.1:${gitlabPort}`,
      OCIM_DEMO_CLUSTERS_LISTEN: `127.0.0.1:${await freePort()}`,
      OCIM_DEMO_SPEED: String(speed),
      OCIM_DIR: kept,
      OCIM_STACK: path.join(dir, 'stack.yml'),
      ...env,
    });
    await program.run();
    return program;
  }

  /** Starts it, again in the folder and at the addresses it had. */
  async run(): Promise<void> {
    const child = spawn(built(), { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#guard = spawn(
      'sh',
      ['-c', 'cat >/dev/null; kill -9 "$1" 2>/dev/null; rm -rf "$2"', 'guard', String(child.pid), this.dir],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      },
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    this.how = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`the program ended:\n${this.log}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const how = /^Ocim is at .*\n(.*)\n/m.exec(said)?.[1];
        if (how !== undefined) resolve(how);
      });
    });
  }

  /** Ends it and waits for its end; the folder stays. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    this.#guard?.kill('SIGKILL');
  }

  /** Kills it, which waits for no call that it makes, and takes the folder away. */
  async remove(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.dir, { recursive: true, force: true });
  }
}

function built(): string {
  const program = process.env.OCIM_E2E_PROGRAM ?? path.join(root, 'build/ocim-demo');
  if (!existsSync(program)) throw new Error(`${program} is missing: run \`make build\` first`);
  return program;
}

/** Ports of this worker, below those that the system gives to outgoing connections. */
const ports = {
  first: Number(process.env.OCIM_E2E_PORTS ?? 20_000) + 500 * Number(process.env.VITEST_POOL_ID ?? 0),
  count: 500,
  given: 0,
};

/** A port that nobody listens at, and that no other test is given. */
export async function freePort(): Promise<number> {
  while (ports.given < ports.count) {
    const port = ports.first + ports.given++;
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue; // somebody else's
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`no free port in ${ports.count} from ${ports.first}`);
}
