import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import { defineConfig } from 'vite';
import { chunkOf } from './chunks.ts';

// `npm run dev` serves the sources in front of a running Ocim, such as the demonstration of `make run`.
const proxy = { '/function': process.env.OCIM_URL ?? 'http://127.0.0.1:8080' };

export default defineConfig({
  plugins: [
    tanstackRouter({
      routesDirectory: './src/pages',
      generatedRouteTree: './src/routeTree.gen.ts',
      autoCodeSplitting: true,
      quoteStyle: 'single',
    }),
    react(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy },
  optimizeDeps: { include: ['codemirror', 'yaml', 'recharts'] },
  build: {
    target: 'es2023',
    manifest: true,
    sourcemap: false,
    // A page's chunks are few and small: naming them all in the first chunk costs more than it saves.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: chunkOf() }],
        },
        // The first chunk names all others: long names cost there, and save nothing.
        chunkFileNames: 'assets/[hash:8].js',
        assetFileNames: 'assets/[hash:8][extname]',
      },
    },
  },
});
