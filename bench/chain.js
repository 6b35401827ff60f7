// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node chain.js TARBALL [NATIVE]`: the whole x86 build in fresh Node processes, beside upstream's own chain where
 * NATIVE names an unpacked stage0-posix folder (a copy of it is built in).
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = 7;
const stage0 = fileURLToPath(new URL('../packages/stage0/dist/bin/stage0.js', import.meta.url));
const [tarball, native] = process.argv.slice(2);
if (tarball === undefined) {
  console.error('usage: node chain.js TARBALL [NATIVE]');
  process.exit(2);
}

/** Prints what the build says, then its own wall time and peak memory, measured inside the process. */
const script = `
  process.argv.splice(1, 1, ${JSON.stringify(stage0)});
  process.on('exit', () => process.stderr.write(JSON.stringify({
    wall: performance.now(), cpu: process.cpuUsage(), peak: process.resourceUsage().maxRSS })));
  await import(${JSON.stringify(stage0)});`;

const runs = [];
for (let i = 0; i < RUNS; i++) {
  const args = ['--input-type=module', '-e', script, 'stage0', 'build', tarball, '--quiet'];
  const start = performance.now();
  const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const wall = performance.now() - start;
  if (child.status !== 0) throw new Error(child.stdout + child.stderr);
  const { cpu, peak } = JSON.parse(child.stderr);
  runs.push({ wall, cpu: (cpu.user + cpu.system) / 1000, peak: peak / 1024 });
  if (i === 0) console.log(child.stdout.trim().split('\n').at(-1));
}
const median = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[RUNS >> 1];
console.log(
  `ports, ${RUNS} processes: median ${(median('wall') / 1000).toFixed(2)} s wall, ${(median('cpu') / 1000).toFixed(2)} s CPU, ${median('peak').toFixed(0)} MB peak`,
);

if (native !== undefined) {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-bench-'));
  fs.cpSync(native, copy, { recursive: true });
  const start = performance.now();
  const { status } = spawnSync('./bootstrap-seeds/POSIX/x86/kaem-optional-seed', { cwd: copy });
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `upstream's own binaries here: ${seconds.toFixed(1)} s wall, status ${status}, ${(seconds / (median('wall') / 1000)).toFixed(0)} times as long`,
  );
  fs.rmSync(copy, { recursive: true, force: true });
}
