// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Megabytes a second of every core, warm, in this process. hex0 also beside `xxd -r -p`, where
 * there is one.
 */
import { spawnSync } from 'node:child_process';
import { Bench } from 'tinybench';
import { hex0Source } from './inputs.js';
import { TOOLS } from './tools.js';

const MEGABYTE = 1e6;
const SIZES = { hex0: 10, hex1: 4, kaem: 0.5 };

const rows = [];
for (const [name, make, run] of TOOLS) {
  const size = (SIZES[name] ?? 2) * MEGABYTE;
  const input = make(size);
  const bench = new Bench({ time: 1000, warmupTime: 300, warmupIterations: 2, iterations: 5 });
  bench.add(name, () => run(input));
  await bench.run();
  const { latency } = bench.tasks[0].result;
  rows.push({
    tool: name,
    'size (MB)': size / MEGABYTE,
    'median (ms)': Number(latency.p50.toFixed(1)),
    'MB/s': Math.round(size / MEGABYTE / (latency.p50 / 1000)),
  });
}
console.table(rows);

const source = hex0Source(10 * MEGABYTE);
const digits = Buffer.from(source.toString().replace(/#.*/g, ''));
const start = performance.now();
const xxd = spawnSync('xxd', ['-r', '-p'], { input: digits, maxBuffer: 2 ** 30 });
if (xxd.error === undefined) {
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `xxd -r -p, a process, the same bytes without comments: ${Math.round(digits.length / MEGABYTE / seconds)} MB/s`,
  );
}
