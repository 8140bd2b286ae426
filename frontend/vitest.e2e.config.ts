import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    globals: true,
    include: ['e2e/**/*.spec.ts'],
    // Each file has a program and a browser of its own, and waits more than it computes.
    maxWorkers: 3,
    // The harness keeps nothing between files but the ports that it gave.
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
