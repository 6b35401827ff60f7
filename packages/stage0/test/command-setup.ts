// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The built command `stage0`, bundled once for tests that start it often: dist → a folder, which is
 * removed after the last test.
 *
 * Node takes longer to find and read 330 modules, three times for a check with its two threads,
 * than many a command takes to run. The bundle has the same code in 60 files. What only the real
 * files can show (that each is there, that npm's command starts them) is for the tests that start
 * `COMMAND`, and for those of the tutorial, of a fresh clone and of the published packages.
 *
 * Invariant: no test changes the folder.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';

const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
/** The command's entry, and that of the threads of a check. */
const ENTRIES = ['bin/stage0', 'node/build-thread'];

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file to start with Node. */
    bundledCommand: string;
  }
}

/** What vitest calls. */
export default async function setup(project: TestProject): Promise<() => void> {
  const dist = path.join(PACKAGE, 'dist');
  const input = Object.fromEntries(ENTRIES.map((name) => [name, path.join(dist, `${name}.js`)]));
  if (!Object.values(input).every((file) => fs.existsSync(file)))
    throw new Error('npm run build first');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-bundle-'));
  await build({
    configFile: false,
    logLevel: 'error',
    root: PACKAGE,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      outDir: path.join(folder, 'dist'),
      target: 'es2022',
      minify: false,
      rolldownOptions: {
        input,
        // All modules stay as deep as they are, as some name files next to them.
        output: { entryFileNames: '[name].js', chunkFileNames: 'node/[name].js' },
      },
    },
  });
  fs.copyFileSync(path.join(PACKAGE, 'package.json'), path.join(folder, 'package.json'));
  project.provide('bundledCommand', path.join(folder, 'dist/bin/stage0.js'));
  return () => fs.rmSync(folder, { recursive: true, force: true });
}
