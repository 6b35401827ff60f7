// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node upstream.js TOOLS-FOLDER [NAME…]`: our programs beside upstream's, as C compilers build
 * them, on inputs of 1, 4 and 16 times a size; with names, only these tools.
 *
 * Times are of the processor (user and system, all threads), not of the clock, so that other work
 * on the computer counts little. Ours are measured twice: warm, in this process over files in
 * memory, after a run that is not measured, and as a process of Node with its start. Runs of the
 * three take turns. A run whose output is not upstream's is an error.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { exponent } from './fit.js';
import { CASES } from './upstream-cases.js';

const FACTORS = [1, 4, 16];
const RUNS = 5;
const WARM_UP = 3;
/** Seconds of one run, from which on it is not repeated, and at which it is given up. */
const SLOW = 10;
const LIMIT = 300;
const packages = fileURLToPath(new URL('../packages/', import.meta.url));

const [tools, ...names] = process.argv.slice(2);
if (tools === undefined) {
  console.error('usage: node upstream.js TOOLS-FOLDER [NAME...]');
  process.exit(2);
}

/**
 * Seconds of processor time that a process takes, and what it printed; bash tells the time of its
 * children.
 */
function runProcess(argv, folder) {
  const script = 'TIMEFORMAT="%U %S"; time "$@" 2>/dev/null';
  const child = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    cwd: folder,
    maxBuffer: 2 ** 30,
    timeout: LIMIT * 1000,
    killSignal: 'SIGKILL',
  });
  if (child.error?.code === 'ETIMEDOUT') return undefined;
  if (child.status !== 0) throw new Error(`${argv.join(' ')}: status ${child.status}`);
  const [user, system] = child.stderr.toString().trim().split(' ').map(Number);
  return { seconds: user + system, stdout: child.stdout };
}

/** The same for a program of ours in this process; the host keeps what is written. */
function runWarm({ program, tool, args, folders = [] }, bytes) {
  const files = new MemoryFiles();
  files.writeFile('/in', bytes, 0o644);
  for (const folder of folders) files.createDirectories(`/${folder}`);
  const printed = [];
  const host = new MemoryHost({ files, stdout: (part) => printed.push(part) });
  const start = process.cpuUsage();
  const status = program([tool.split(' ')[0], ...args], host);
  const { user, system } = process.cpuUsage(start);
  if (status !== 0) throw new Error(`${tool}: status ${status}`);
  return { seconds: (user + system) / 1e6, stdout: Buffer.concat(printed), files };
}

/** What a run left in a folder: every file but the input, and what it printed. */
function outputOf(folder, stdout) {
  const found = new Map([['(standard output)', stdout]]);
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const name = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== 'in') {
      found.set(path.relative(folder, name), fs.readFileSync(name));
    }
  }
  return found;
}

function requireSame(found, wanted, what) {
  const same =
    found.size === wanted.size &&
    [...wanted].every(([name, bytes]) => found.get(name) && bytes.equals(found.get(name)));
  if (!same) throw new Error(`${what}: the output is not upstream's`);
}

function outputInMemory(files, stdout) {
  const found = new Map([['(standard output)', stdout]]);
  for (const [name, node] of files.files()) {
    if (name !== '/in') found.set(name.slice(1), Buffer.from(node.bytes));
  }
  return found;
}

/** Run in a fresh folder with nothing but the input. */
function inFolder(benchCase, bytes, argv) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-upstream-'));
  try {
    fs.writeFileSync(path.join(folder, 'in'), bytes);
    for (const name of benchCase.folders ?? []) fs.mkdirSync(path.join(folder, name));
    const run = runProcess(argv, folder);
    return run && { seconds: run.seconds, output: outputOf(folder, run.stdout) };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const best = (times) => Math.min(...times);
const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];

/** All runs of one input, taking turns. */
function measure(benchCase, bytes) {
  const { tool, args, ours } = benchCase;
  const theirs = [path.resolve(tools, tool.split(' ')[0]), ...args];
  const node = [process.execPath, path.join(packages, ours[0]), ...ours.slice(1), ...args];
  const times = { theirs: [], warm: [], whole: [] };
  for (let i = 0; i < WARM_UP; i++) runWarm(benchCase, bytes);
  let slow = false;
  for (let i = 0; i < RUNS; i++) {
    const native = slow ? undefined : inFolder(benchCase, bytes, theirs);
    if (native !== undefined) times.theirs.push(native.seconds);
    slow ||= native === undefined || native.seconds > SLOW;
    const whole = inFolder(benchCase, bytes, node);
    times.whole.push(whole.seconds);
    runWarm(benchCase, bytes); // after other processes it is not warm
    const warm = runWarm(benchCase, bytes);
    times.warm.push(warm.seconds);
    if (native === undefined) continue;
    requireSame(whole.output, native.output, `${tool}, a process`);
    requireSame(outputInMemory(warm.files, warm.stdout), native.output, tool);
  }
  return times;
}

const rounded = (number) => Number(number.toPrecision(3));

for (const benchCase of CASES) {
  const { tool, input, make, base } = benchCase;
  if (names.length > 0 && !names.includes(tool.split(' ')[0])) continue;
  const points = FACTORS.map((factor) => measure(benchCase, make(base * factor)));
  const largest = points.at(-1);
  const megabytes = (base * FACTORS.at(-1)) / 1e6;
  const speed = (times) => (times.length === 0 ? 0 : rounded(megabytes / median(times)));
  const fit = (key) =>
    points.some((point) => point[key].length === 0)
      ? Number.NaN
      : Number(
          exponent(
            FACTORS,
            points.map((point) => Math.max(best(point[key]), 0.001)),
          ).toFixed(2),
        );
  const gain = (key, choose) => rounded(choose(largest.theirs) / choose(largest[key]));
  console.log(
    JSON.stringify({
      tool,
      input,
      'largest (MB)': megabytes,
      'upstream (MB/s)': speed(largest.theirs),
      'ours, warm': speed(largest.warm),
      'times as fast': gain('warm', median),
      'by the best': gain('warm', best),
      'ours, a process': speed(largest.whole),
      'times as fast, a process': gain('whole', median),
      'exponent upstream': fit('theirs'),
      'exponent ours': fit('warm'),
      'exponent ours, a process': fit('whole'),
    }),
  );
}
