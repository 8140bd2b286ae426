import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './program';

/** Somebody's account at the provider. */
export interface Account {
  sub: string;
  name: string;
  email: string;
  email_verified: boolean;
}

/** The OIDC provider that stands in for Google. Each visitor is `account`, and consents. */
export class Provider {
  private constructor(
    private readonly child: ChildProcess,
    readonly issuer: string,
  ) {}

  /** Starts one that knows the Ocim at this port. */
  static async start(port: number): Promise<Provider> {
    const redirect = `http://127.0.0.1:${port}/function/auth/v1/google/callback`;
    const script = path.join(root, 'functions/auth/testdata/provider.mjs');
    const library = path.join(root, 'frontend/node_modules/oidc-provider');
    const child = spawn('node', [script, library, JSON.stringify({ redirect, idTokenClaims: true })], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const issuer = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error('the provider ended')));
      child.stdout.once('data', (chunk: Buffer) => resolve(`http://127.0.0.1:${chunk.toString().trim()}`));
    });
    return new Provider(child, issuer);
  }

  /** What Ocim has to know of it. */
  get settings() {
    return {
      env: {
        OCIM_GOOGLE_ISSUER: this.issuer,
        OCIM_GOOGLE_CLIENT_ID: 'ocim',
        OCIM_ALLOWED_DOMAINS: 'allowed.example:viewer',
      },
      secrets: { 'ocim-google-secret': 'a client secret' },
    };
  }

  async is(account: Account): Promise<void> {
    const response = await fetch(`${this.issuer}/account`, { method: 'POST', body: JSON.stringify(account) });
    if (!response.ok) throw new Error(`the provider answered ${response.status}`);
  }

  stop(): void {
    this.child.removeAllListeners('exit');
    this.child.stdin?.end();
  }
}
