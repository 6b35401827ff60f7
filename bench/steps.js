// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `node steps.js NATIVE`: single steps of the x86 build in the i386 machine, beside this machine's
 * kernel and Debian's qemu-i386. NATIVE names a stage0-posix folder in which the x86 build has run;
 * its binaries and intermediates are the inputs. All three must write the same bytes. The machine's
 * time is that of a new Node process each, without its start; translation is part of it.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNS = 3;
const QEMU = '/usr/bin/qemu-i386';
const [native, inside] = process.argv.slice(2);
if (native === undefined) {
  console.error('usage: node steps.js NATIVE');
  process.exit(2);
}

/** The files that phase 5's M2 compiles to M2-Planet, in the order of upstream's script. */
const M2_PLANET = [
  'M2libc/sys/types.h M2libc/stddef.h M2libc/sys/utsname.h M2libc/x86/linux/unistd.c M2libc/x86/linux/fcntl.c',
  'M2libc/fcntl.c M2libc/ctype.c M2libc/stdlib.c M2libc/stdarg.h M2libc/stdio.h M2libc/stdio.c',
  'M2libc/bootstrappable.c M2-Planet/cc.h M2-Planet/cc_globals.c M2-Planet/cc_reader.c M2-Planet/cc_strings.c',
  'M2-Planet/cc_types.c M2-Planet/cc_emit.c M2-Planet/cc_core.c M2-Planet/cc_macro.c M2-Planet/cc.c',
]
  .join(' ')
  .split(' ');
const LITTLE = ['--architecture', 'x86', '--little-endian'];
const inputs = (names) => names.flatMap((name) => ['-f', name]);

/** What it is, program and arguments below NATIVE; the output's name comes last. */
const STEPS = [
  ['M0 making cc_x86', 'x86/artifact/M0', ['x86/cc_x86.M1']],
  ['cc_x86 compiling M2', 'x86/artifact/cc_x86', ['x86/artifact/M2-0.c']],
  [
    'M2 compiling M2-Planet',
    'x86/artifact/M2',
    ['--architecture', 'x86', ...inputs(M2_PLANET), '--debug', '-o'],
  ],
  [
    'M1 assembling M2-Planet',
    'x86/bin/M1',
    [
      ...LITTLE,
      ...inputs(['M2libc/x86/x86_defs.M1', 'M2libc/x86/libc-full.M1', 'x86/artifact/M2-1.M1']),
      ...inputs(['x86/artifact/M2-1-footer.M1']),
      '-o',
    ],
  ],
  [
    'hex2 linking M2-Planet',
    'x86/bin/hex2',
    [
      ...LITTLE,
      ...['--base-address', '0x8048000'],
      ...inputs(['M2libc/x86/ELF-x86-debug.hex2', 'x86/artifact/M2-1.hex2']),
      '-o',
    ],
  ],
];

/** This process is one run in the machine: prints milliseconds. */
async function runInside(step) {
  const { i386Engine } = await import('@stage0-ts/i386');
  const { MemoryFiles, MemoryHost } = await import('@stage0-ts/host/memory');
  const [, program, argv] = STEPS[step];
  const files = new MemoryFiles();
  for (const name of [program, ...argv]) {
    const file = path.join(native, name);
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    files.createDirectories(path.dirname(`/${name}`));
    files.writeFile(`/${name}`, fs.readFileSync(file), 0o755);
  }
  const host = new MemoryHost({ files, engine: i386Engine() });
  const start = performance.now();
  const end = host.run(`/${program}`, [program, ...argv, 'out'], []);
  const wall = performance.now() - start;
  if (end.kind !== 'exited' || end.status !== 0) throw new Error(JSON.stringify(end));
  fs.writeFileSync(inside.split(':')[1], host.readFile('/out'));
  console.log(wall);
}

/**
 * Seconds of the fastest of some runs of `command`, as `seconds` reads them from a run; NaN if it
 * cannot run.
 */
function fastest(command, argv, seconds) {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < RUNS; n++) {
    const start = performance.now();
    const { status, stdout, error } = spawnSync(command, argv, { cwd: native, encoding: 'utf8' });
    if (error !== undefined) return Number.NaN;
    if (status !== 0) throw new Error(`${command} ended with ${status}`);
    best = Math.min(best, seconds(stdout, performance.now() - start));
  }
  return best;
}

if (inside !== undefined) await runInside(Number(inside.split(':')[0]));
else {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-steps-'));
  const outputs = ['machine', 'native', 'qemu'].map((name) => path.join(folder, name));
  const rows = STEPS.map(([name, program, argv], step) => {
    const script = [fileURLToPath(import.meta.url), native, `${step}:${outputs[0]}`];
    const machine = fastest(process.execPath, script, (stdout) => Number(stdout) / 1000);
    const wall = (_, milliseconds) => milliseconds / 1000;
    const kernel = fastest(path.join(native, program), [...argv, outputs[1]], wall);
    const qemu = fastest(QEMU, [program, ...argv, outputs[2]], wall);
    const made = outputs.filter((output) => fs.existsSync(output));
    const ran = made.map((output) => fs.readFileSync(output));
    for (const output of made) fs.rmSync(output);
    if (!ran.every((bytes) => bytes.equals(ran[0]))) throw new Error(`${name}: outputs differ`);
    return {
      step: name,
      'machine (s)': machine.toFixed(2),
      'native (s)': kernel.toFixed(2),
      'qemu-i386 (s)': qemu.toFixed(2),
      'native / machine': (kernel / machine).toFixed(1),
      'qemu / machine': (qemu / machine).toFixed(1),
    };
  });
  fs.rmSync(folder, { recursive: true });
  console.table(rows);
}
