// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run site`: API reference, tutorial, audit guide, design and playground → one static site in
// site/.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function run(...command) {
  const { status } = spawnSync('npx', ['--no', '--', ...command], {
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

// typedoc writes these links of its bar as they are, on pages of every folder.
for (const name of fs.readdirSync(`${root}/site`, { recursive: true })) {
  const depth = name.split('/').length - 1;
  if (!name.endsWith('.html') || depth === 0 || name.startsWith('playground/')) continue;
  const page = fs.readFileSync(`${root}/site/${name}`, 'utf8');
  const up = '../'.repeat(depth);
  fs.writeFileSync(
    `${root}/site/${name}`,
    page.replaceAll('href="playground/', `href="${up}playground/`),
  );
}
