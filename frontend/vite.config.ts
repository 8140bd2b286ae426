import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import { defineConfig } from 'vite';
import { mockApi } from './scripts/mock-api.ts';

// `npm run dev` speaks to a running Ocim; `npm run dev -- --mode mock` needs none.
const proxy = { '/function': process.env.OCIM_URL ?? 'http://127.0.0.1:8080' };

const inTheFrame =
  /\/(rolldown-runtime|router|Box|errors|use-media-query|UnstyledButton|Transition|Loader|Button|createReactComponent|Text|Failure|Loaded|Loading|Hidden|links|Mark|Status|useMe|useClusters|fleet|useQuery|Dropdown\w*|Input\w*|TextInput|CloseButton|Icon\w+|random-id|use-uncontrolled|use-merged-ref|use-window-event)-/;

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
    modulePreload: {
      polyfill: false,
      // Each page names the chunks to load beside it. Those that the first page or the frame has anyway
      // would only make the first chunk larger.
      resolveDependencies: (_file, chunks) => chunks.filter((chunk) => !inTheFrame.test(chunk)),
    },
    rolldownOptions: {
      output: {
        // In pieces, shared by ever other sets of pages, the router would grow with every page.
        codeSplitting: {
          groups: [{ name: 'router', test: /node_modules\/@tanstack\/(react-)?(router|store)/ }],
        },
        // The first chunk names all others: a long hash costs there, and saves nothing.
        chunkFileNames: 'assets/[name]-[hash:7].js',
        assetFileNames: 'assets/[name]-[hash:7][extname]',
      },
    },
  },
}));
