// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run site`: API reference, tutorial, audit guide, design and playground → one static site in site/.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(...command) {
  const { status } = spawnSync('npx', command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, VITE_SITE: '..' },
  });
  if (status !== 0) process.exit(status ?? 1);
}

fs.rmSync(`${root}/site`, { recursive: true, force: true });
run('typedoc');
run(
  'vite',
  'build',
  'packages/playground',
  '--outDir',
  `${root}/site/playground`,
  '--logLevel',
  'warn',
);
