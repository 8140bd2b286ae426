import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    globals: true,
    maxWorkers: '100%',
    testTimeout: 120_000,
    css: false,
    setupFiles: ['./src/testing/quiet.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pages',
          include: ['src/**/*.test.tsx'],
          isolate: false,
          environment: 'jsdom',
          environmentOptions: { jsdom: { url: 'http://localhost/' } },
          setupFiles: ['./src/testing/quiet.ts', './src/testing/setup.ts'],
        },
      },
      {
        // What needs no browser shares its modules, too: a file of these takes milliseconds.
        extends: true,
        test: { name: 'units', include: ['src/**/*.test.ts'], isolate: false },
      },
    ],
  },
});
