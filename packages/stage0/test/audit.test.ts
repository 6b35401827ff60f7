// SPDX-License-Identifier: GPL-3.0-or-later
/** The audit guide's table of packages is complete, and its lines are right to a tenth. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

function linesOf(folder: string): number {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = names.filter((name) => name.endsWith('.ts'));
  const counts = sources.map(
    (name) => fs.readFileSync(path.join(folder, name), 'utf8').split('\n').length - 1,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

it('says how much there is to read', () => {
  const guide = fs.readFileSync(path.join(ROOT, 'docs/audit.md'), 'utf8');
  const rows = [...guide.matchAll(/^\| \d+ \| (\S+) \| (\d+) \|/gm)];
  const told = new Map(rows.map(([, name, lines]) => [name, Number(lines)]));
  const published = fs.readdirSync(path.join(ROOT, 'packages')).filter((name) => {
    const manifest = path.join(ROOT, 'packages', name, 'package.json');
    return fs.existsSync(manifest) && !JSON.parse(fs.readFileSync(manifest, 'utf8')).private;
  });
  expect([...told.keys()].sort()).toEqual(published.sort());
  for (const [name, lines] of told) {
    const actual = linesOf(path.join(ROOT, 'packages', name as string, 'src'));
    expect([name, Math.abs(actual - lines) / actual < 0.1, actual]).toEqual([name, true, actual]);
  }
});
