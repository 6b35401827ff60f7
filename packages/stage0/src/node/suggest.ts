// SPDX-License-Identifier: GPL-3.0-or-later
/** A mistyped name and the names that exist → the one that was probably meant. */

/** The nearest of `names`, if only a few letters differ. Upper and lower case count as the same. */
export function nearestName(typed: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.floor((typed.length + 2) / 3) + 1;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) >= bestDistance) continue;
    const distance = editDistance(plain(typed), plain(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** So M2_planet and m2-planet are spelled like M2-Planet. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * The number of insertions, deletions, replacements, and swaps of neighbours that turn `left` into
 * `right`.
 */
function editDistance(left: string, right: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: right.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      const costs = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1)];
      const swapped = left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (i > 1 && j > 1 && swapped) costs.push(at(beforeLast, j - 2) + 1);
      row.push(Math.min(...costs));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, right.length);
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? Number.POSITIVE_INFINITY;
}
