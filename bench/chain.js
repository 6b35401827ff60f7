// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node chain.js TARBALL [NATIVE]`: the whole x86 build in fresh Node processes, with the ports and
 * in the i386 machine, beside upstream's own chain where NATIVE names an unpacked stage0-posix
 * folder (a copy of it is built in).
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Fresh processes of each engine. */
const RUNS = { ports: 7, i386: 3 };
const stage0 = fileURLToPath(new URL('../packages/stage0/dist/bin/stage0.js', import.meta.url));
const [tarball, native] = process.argv.slice(2);
if (tarball === undefined) {
  console.error('usage: node chain.js TARBALL [NATIVE]');
  process.exit(2);
}

/**
 * Prints what the build says, then its own wall time and peak memory, measured inside the process.
 */
const script = `
  process.argv.splice(1, 1, ${JSON.stringify(stage0)});
  process.on('exit', () => process.stderr.write(JSON.stringify({
    wall: performance.now(), cpu: process.cpuUsage(), peak: process.resourceUsage().maxRSS })));
  await import(${JSON.stringify(stage0)});`;

/** Median of `key` over runs. */
const median = (runs, key) => runs.map((run) => run[key]).sort((a, b) => a - b)[runs.length >> 1];

/** Builds in `count` processes; prints the medians and returns that of wall milliseconds. */
function measure(engine, count) {
  const runs = [];
  for (let i = 0; i < count; i++) {
    const build = ['build', tarball, '--quiet', '--engine', engine];
    const args = ['--input-type=module', '-e', script, 'stage0', ...build];
    const start = performance.now();
    const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const wall = performance.now() - start;
    if (child.status !== 0) throw new Error(child.stdout + child.stderr);
    const { cpu, peak } = JSON.parse(child.stderr);
    runs.push({ wall, cpu: (cpu.user + cpu.system) / 1000, peak: peak / 1024 });
    if (i === 0) console.log(child.stdout.trim().split('\n').at(-1));
  }
  const wall = median(runs, 'wall');
  console.log(
    `${engine}, ${count} processes: median ${(wall / 1000).toFixed(2)} s wall, ${(median(runs, 'cpu') / 1000).toFixed(2)} s CPU, ${median(runs, 'peak').toFixed(0)} MB peak`,
  );
  return wall;
}

const walls = Object.entries(RUNS).map(([engine, count]) => measure(engine, count));

if (native !== undefined) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-bench-'));
  fs.cpSync(native, copy, { recursive: true });
  const start = performance.now();
  const { status } = spawnSync('./bootstrap-seeds/POSIX/x86/kaem-optional-seed', { cwd: copy });
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `upstream's own binaries here: ${seconds.toFixed(1)} s wall, status ${status}, ${walls.map((wall) => (seconds / (wall / 1000)).toFixed(0)).join(' and ')} times as long`,
  );
  fs.rmSync(copy, { recursive: true, force: true });
}
