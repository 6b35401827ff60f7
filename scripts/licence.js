// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Puts LICENSE and NOTICE into the package in the working directory, for `npm pack`, and takes them
 * out again: they have to be in every archive, but in the repository once.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const [action] = process.argv.slice(2);
for (const name of ['LICENSE', 'NOTICE']) {
  if (action === 'add')
    fs.copyFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), name);
  else fs.rmSync(name, { force: true });
}
