// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Time of every core at 1, 2, 4, 8 and 16 times an input, and the exponent that fits best: 1 is
 * linear. The fit is over the fastest of several runs, and checks itself on a quadratic loop.
 */
import { exponent } from './fit.js';
import { TOOLS } from './tools.js';

const FACTORS = [1, 2, 4, 8, 16];
const BASE = 100_000;
const RUNS = 5;

function fastest(run, input) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run(input);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function quadratic(bytes) {
  let found = 0;
  for (let i = 0; i < bytes.length; i += 40) {
    for (let j = 0; j < bytes.length; j += 40) if (bytes[i] === bytes[j]) found++;
  }
  return found;
}

const rows = [];
for (const [name, make, run] of [
  ...TOOLS,
  ['(quadratic, to check)', (size) => new Uint8Array(size / 4), quadratic],
]) {
  const inputs = FACTORS.map((factor) => make(BASE * factor));
  for (const input of inputs.slice(0, 3)) run(input); // warm up
  const times = inputs.map((input) => fastest(run, input));
  rows.push({
    tool: name,
    ...Object.fromEntries(
      times.map((time, at) => [`${FACTORS[at]}× (ms)`, Number(time.toFixed(2))]),
    ),
    exponent: Number(exponent(FACTORS, times).toFixed(2)),
  });
}
console.table(rows);
