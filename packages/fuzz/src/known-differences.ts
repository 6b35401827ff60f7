// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The known differences, as the vectors' runner has them: a package's known-differences.json names cases on which
 * upstream exits 0 and ours gives an error. A fuzzer's program is explained by one of them when our error is the same.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadCase } from '@stage0-ts/vectors/run';

/** The folder of the package that a tool's port lives in. */
const PACKAGES: Readonly<Record<string, string>> = {
  hex0: 'hex0',
  hex1: 'hex1',
  'hex2-0': 'hex2',
  hex2: 'hex2',
  M0: 'm1',
  M1: 'm1',
  'blood-elf': 'blood-elf',
  cc_x86: 'cc-x86',
  'M2-Planet': 'm2-planet',
  'M2-Mesoplanet': 'm2-mesoplanet',
  kaem: 'kaem',
  'kaem-minimal': 'kaem',
  catm: 'mescc-tools-extra',
  chmod: 'mescc-tools-extra',
  cp: 'mescc-tools-extra',
  match: 'mescc-tools-extra',
  mkdir: 'mescc-tools-extra',
  replace: 'mescc-tools-extra',
  rm: 'mescc-tools-extra',
  sha256sum: 'mescc-tools-extra',
  unbz2: 'mescc-tools-extra',
  ungz: 'mescc-tools-extra',
  untar: 'mescc-tools-extra',
  unxz: 'mescc-tools-extra',
};

interface KnownDifference {
  readonly name: string;
  readonly cases: readonly string[];
}

/** Error message, as {@link errorMessage} gives it → name of the known difference. */
export function knownDifferences(tool: string): ReadonlyMap<string, string> {
  const file = new URL(`../../${PACKAGES[tool]}/known-differences.json`, import.meta.url);
  const list = JSON.parse(fs.readFileSync(fileURLToPath(file), 'utf8')) as KnownDifference[];
  const messages = new Map<string, string>();
  for (const { name, cases } of list) {
    for (const one of cases) {
      const [folder, vector] = one.split('/') as [string, string];
      const text = folder === tool ? loadCase(folder, vector).settings.rejects : undefined;
      if (text !== undefined) messages.set(errorMessage(text), name);
    }
  }
  return messages;
}

/** What an error says, without its place and with every number as `#`. */
export function errorMessage(stderr: string): string {
  // Notes may stand before it.
  const line = /^.*error: .*$/m.exec(stderr)?.[0] ?? '';
  return line.slice(line.indexOf('error: ') + 'error: '.length).replace(/\d+/g, '#');
}
