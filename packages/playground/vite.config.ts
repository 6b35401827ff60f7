// SPDX-License-Identifier: GPL-3.0-or-later
/** Static pages that need no server of ours: relative addresses, no request to anywhere else. */
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { notices } from './notices.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const { pages, workers } = notices();

export default defineConfig({
  root: here('.'),
  base: './',
  resolve: { conditions: ['stage0-source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [pages],
  worker: { format: 'es', plugins: () => [workers] },
  server: { fs: { allow: [here('../..')] } },
  build: {
    target: 'es2022',
    outDir: here('dist'),
    emptyOutDir: true,
    rolldownOptions: {
      input: { index: here('index.html'), chain: here('chain.html'), seed: here('seed.html') },
    },
  },
});
