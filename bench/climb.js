// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Any static i386 program in the machine beside this kernel: seconds of processor time of its first
 * run in a process, which pays for the translation, of a later one, which does not, and natively.
 *
 * Usage: node bench/climb.js [--native FILE] RUNS PROGRAM [ARGUMENT…], in the folder where it is to
 * run. Where a kernel runs no i386 programs, FILE is the same program, built for that kernel. Exits
 * 1 when the outputs or the statuses differ.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NodeHost } from '@stage0-ts/host/node';
import { i386Engine } from '@stage0-ts/i386';

const given = process.argv.slice(2);
const other = given[0] === '--native' ? given.splice(0, 2)[1] : undefined;
const [runs, program, ...args] = given;
if (program === undefined || !(Number(runs) >= 2)) {
  const usage = 'node bench/climb.js [--native FILE] RUNS PROGRAM [ARGUMENT…]';
  console.error(`usage: ${usage}, with at least two runs`);
  process.exit(2);
}
const path = resolve(program);
const bytes = new Uint8Array(readFileSync(path));
const nativePath = other === undefined ? path : resolve(other);

/** This computer's files; what is printed is kept. */
class QuietHost extends NodeHost {
  printed = [];
  writeStdout(part) {
    this.printed.push(part.slice());
  }
}

function native() {
  const child = spawnSync(nativePath, args, {
    maxBuffer: 1 << 28,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  return { output: child.stdout, status: child.status };
}

/** user and system seconds of `run`, children apart. */
function timed(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

/** User seconds of one run natively: the mean of ten, as a shell counts hundredths. */
function nativeSeconds() {
  const script = 'for run in 1 2 3 4 5 6 7 8 9 10; do "$@" >/dev/null; done; times';
  const { stdout } = spawnSync('sh', ['-c', script, 'sh', nativePath, ...args], {
    encoding: 'utf8',
  });
  const children = stdout.trim().split('\n').at(-1) ?? '';
  const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(children) ?? [];
  return (Number(minutes) * 60 + Number(seconds)) / 10;
}

const engine = i386Engine();
const times = [];
let output = Buffer.alloc(0);
let status;
for (let run = 0; run < Number(runs); run++) {
  const host = new QuietHost();
  const { result, seconds } = timed(() => engine({ path, bytes }, [program, ...args], host));
  times.push(seconds);
  output = Buffer.concat(host.printed);
  status = result.kind === 'exited' ? result.status : result.signal;
}
const expected = native();
const natively = nativeSeconds();
const [first] = times;
const later = Math.min(...times.slice(1));
const row = [first, later, natively].map((seconds) => seconds.toFixed(3));
const what = [program.split('/').at(-1), ...args].join(' ');
console.log(
  `| ${what} | ${row.join(' | ')} | ${natively < 0.01 ? '—' : (later / natively).toFixed(1)} |`,
);
if (!output.equals(expected.output) || status !== expected.status) {
  console.error('the machine and this kernel differ');
  process.exitCode = 1;
}
