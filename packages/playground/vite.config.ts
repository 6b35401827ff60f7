// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The site: static pages that need no server of ours, with relative addresses and no request to
 * anywhere else. The root is `packages`, so that this folder's pages are at `playground/…`, and
 * those of the course and the documents beside it.
 */
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';
import { notices } from './notices.ts';
import { sitePages } from './pages/plugin.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const { pages, workers } = notices();
const site = sitePages(here('..').replace(/\/$/, ''));

export default defineConfig({
  root: here('..'),
  base: './',
  publicDir: false,
  resolve: { conditions: ['stage0-source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [site.plugin, pages],
  worker: { format: 'es', plugins: () => [workers] },
  server: { fs: { allow: [here('../..')] } },
  build: {
    target: 'es2022',
    outDir: here('dist'),
    emptyOutDir: true,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: site.inputs, checks: { pluginTimings: false } },
  },
});
