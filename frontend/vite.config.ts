import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import { defineConfig } from 'vite';
import { mockApi } from './scripts/mock-api.ts';

// `npm run dev` speaks to a running Ocim; `npm run dev -- --mode mock` needs none.
const proxy = { '/function': process.env.OCIM_URL ?? 'http://127.0.0.1:8080' };

export default defineConfig(({ mode }) => ({
  plugins: [
    tanstackRouter({
      routesDirectory: './src/pages',
      generatedRouteTree: './src/routeTree.gen.ts',
      autoCodeSplitting: true,
      quoteStyle: 'single',
    }),
    react(),
    ...(mode === 'mock' ? [mockApi()] : []),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', ...(mode === 'mock' ? {} : { proxy }) },
  preview: { host: '127.0.0.1', proxy },
  optimizeDeps: { include: ['codemirror', 'yaml', '@mantine/spotlight'] },
  build: {
    target: 'es2023',
    manifest: true,
    sourcemap: false,
    // A page's chunks are few and small: naming them all in the first chunk costs more than it saves.
    modulePreload: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // In pieces, shared by ever other sets of pages, the router would grow with every page.
            { name: 'router', test: /node_modules\/@tanstack\/(react-)?(router|store)/ },
            // What every page of a signed-in person has: one chunk compresses better than thirty.
            {
              name: 'frame',
              test: /node_modules\/@tanstack\/(query-core|react-query|virtual-core|react-virtual)|src\/(components\/(frame|sidebar|status)|api\/queries)\//,
            },
          ],
        },
        // The first chunk names all others: a long hash costs there, and saves nothing.
        chunkFileNames: 'assets/[name]-[hash:7].js',
        assetFileNames: 'assets/[name]-[hash:7][extname]',
      },
    },
  },
}));
