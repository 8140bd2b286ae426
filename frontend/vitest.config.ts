import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    globals: true,
    maxWorkers: '100%',
    // Loading the modules once more would cost more than most files; `setup.ts` leaves nothing behind.
    isolate: false,
    testTimeout: 120_000,
    css: false,
    setupFiles: ['./src/testing/quiet.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pages',
          include: ['src/**/*.test.tsx'],
          environment: 'jsdom',
          environmentOptions: { jsdom: { url: 'http://localhost/' } },
          setupFiles: ['./src/testing/quiet.ts', './src/testing/setup.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'units', include: ['src/**/*.test.ts'] },
      },
    ],
  },
});
