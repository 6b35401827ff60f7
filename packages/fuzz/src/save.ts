// SPDX-License-Identifier: GPL-3.0-or-later
/** A find as a folder in the format of test-vectors, where it can be moved unchanged. */
import fs from 'node:fs';
import path from 'node:path';
import type { Find } from './fuzz.ts';

/** Write the find's program below `folder`. Returns the name of its own folder. */
export function saveFind(find: Find, folder: string): string {
  const { program, seed, what } = find;
  const place = path.join(folder, program.tool, `seed-${seed}`);
  fs.rmSync(place, { recursive: true, force: true });
  for (const [name, bytes] of program.input) {
    const file = path.join(place, 'input', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  }
  fs.mkdirSync(place, { recursive: true });
  const { about: _, ...settings } = program.settings;
  const about = `Seed ${seed}: ${what.split('\n', 1)[0]}`;
  fs.writeFileSync(
    path.join(place, 'case.json'),
    `${JSON.stringify({ about, ...settings }, null, 2)}\n`,
  );
  return place;
}
