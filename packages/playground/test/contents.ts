// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What is beside a reader's folder: the ladder and the tutorial's own files, from this disk.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contents } from '../src/shared/readers-files.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const TUTORIAL = path.join(ROOT, 'docs/tutorial');

function contents(folder: string): Contents {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [`/${name}`, new Uint8Array(fs.readFileSync(path.join(folder, name)))]),
  );
}

const inFolders = ([name]: [string, unknown]) => name.lastIndexOf('/') > 0;
export const ladder = contents(path.join(ROOT, 'test-vectors/ladder'));
export const library = Object.fromEntries(Object.entries(contents(TUTORIAL)).filter(inFolders));
