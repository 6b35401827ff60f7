// SPDX-License-Identifier: GPL-3.0-or-later
/** Two static pages that need no server of ours: relative addresses, no request to anywhere else. */
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  resolve: { conditions: ['stage0-source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  server: { fs: { allow: [here('../..')] } },
  build: {
    target: 'es2022',
    outDir: here('dist'),
    emptyOutDir: true,
    rolldownOptions: { input: { index: here('index.html'), chain: here('chain.html') } },
  },
});
