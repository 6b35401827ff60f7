// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The known differences, as the vectors' runner has them: a package's known-differences.json names
 * cases on which upstream exits 0 and ours gives an error. One of them explains a fuzzer's program
 * if our error is the same.
 */
import fs from 'node:fs';
import { loadCase } from '@stage0-ts/vectors/run';

const PACKAGES = new URL('../../', import.meta.url);

interface KnownDifference {
  readonly name: string;
  readonly cases: readonly string[];
}

/** The known differences of all packages. Each names its cases as `tool/case`. */
function readAll(): KnownDifference[] {
  return fs.readdirSync(PACKAGES).flatMap((folder) => {
    const file = new URL(`${folder}/known-differences.json`, PACKAGES);
    if (!fs.existsSync(file)) return [];
    return JSON.parse(fs.readFileSync(file, 'utf8')) as KnownDifference[];
  });
}

/** Error message in the form of {@link errorMessage} → name of the known difference. */
export function knownDifferences(tool: string): ReadonlyMap<string, string> {
  const messages = new Map<string, string>();
  for (const { name, cases } of readAll()) {
    for (const one of cases) {
      const [folder, vector] = one.split('/') as [string, string];
      const text = folder === tool ? loadCase(folder, vector).settings.rejects : undefined;
      if (text !== undefined) messages.set(errorMessage(text), name);
    }
  }
  return messages;
}

/** The text of an error, without its place, and with each number replaced by `#`. */
export function errorMessage(stderr: string): string {
  // There may be notes before it.
  const line = /^.*error: .*$/m.exec(stderr)?.[0] ?? '';
  return line.slice(line.indexOf('error: ') + 'error: '.length).replace(/\d+/g, '#');
}
