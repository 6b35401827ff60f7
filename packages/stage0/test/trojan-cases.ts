// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Lies for a small honest tree, one for each way of the threat model: what is planted, and what the
 * check has to say. `S1` and the like are the names of the lines there.
 */
import { gzipSync } from 'node:zlib';
import { encodeUtf8 } from '@stage0-ts/bytes';
import { type CheckOptions, machineEngine, PORTS } from '@stage0-ts/stage0';
import {
  type Call,
  chmod,
  chroot,
  exit,
  guest,
  infect,
  leave,
  link,
  mkdir,
  RESULT,
  rawGuest,
  rename,
  symlink,
  unlink,
  write,
} from './guests.ts';
import { hex0, RM, SCRIPT, SEED, type World } from './small-tree.ts';

/** A tool of the tree that does its work and makes other calls. */
const rmAnd =
  (...more: Call[]) =>
  (world: World) =>
    world.source('rm', guest(...RM, ...more));

/** Code that sets the zero flag in our machine, as it was, with the stack below the image. */
// cmp esp, 0x80000000; sbb eax, eax; inc eax
const ON_A_KERNEL = [0x81, 0xfc, 0, 0, 0, 0x80, 0x19, 0xc0, 0x40];

/**
 * mov ebx, 9; mov eax, 3; int 0x80; jmp back to the second: read from no descriptor, as if it
 * mattered.
 */
const READ_FOR_EVER = [0xbb, 9, 0, 0, 0, 0xb8, 3, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7];

export interface Trojan {
  readonly name: string;
  readonly plant: (world: World) => void;
  readonly options?: Partial<CheckOptions>;
  readonly kind: 'differ' | 'wrong' | 'cannot';
  /** What the report must say: the file and the process. */
  readonly says: RegExp;
}

export const TROJANS: readonly Trojan[] = [
  {
    name: 'S1 a seed with a byte more',
    plant: (world) => world.program(SEED, Uint8Array.of(...hex0, 0)),
    kind: 'differ',
    says: /bootstrap-seeds\/POSIX\/x86\/hex0-seed is not what its source says: .* x86\/artifact\/hex0 /,
  },
  {
    name: 'S1 a seed with another bit, where nothing reads it',
    plant: (world) =>
      world.program(
        SEED,
        hex0.map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
      ),
    kind: 'differ',
    says: /hex0-seed is not what its source says/,
  },
  {
    name: 'S2 a seed that attacks on a kernel alone',
    plant: (world) => world.program(SEED, infect(hex0, leave('/evil', 'evil'), ON_A_KERNEL)),
    kind: 'differ',
    says: /hex0-seed/,
  },
  {
    name: 'S1 a seed that leaves one file more',
    plant: (world) => world.program(SEED, infect(hex0, leave('x86/bin/evil', 'evil'))),
    kind: 'differ',
    says: /step 1, .*hex0-seed .*only i386 leaves x86\/bin\/evil/,
  },
  {
    name: 'S3 an unknown seed without its source',
    plant: (world) => {
      world.script(SCRIPT.replace(/^.*\n/, '').replaceAll('./x86/artifact/hex0', `.${SEED}`));
      world.withdraw('x86/artifact/hex0');
    },
    kind: 'cannot',
    says: /hex0-seed is a binary that came with the tree and is run \(step 1\).*--trust bootstrap-seeds/,
  },
  {
    name: 'T7 a launcher in place of the seed',
    plant: (world) => world.program(SEED, encodeUtf8('#!/bin/sh\nexec stage0 hex0 "$@"\n')),
    kind: 'cannot',
    says: /one process, launchers, .*hex0-seed/,
  },
  {
    name: 'T7 a launcher with a line of its own',
    plant: (world) =>
      world.program(SEED, encodeUtf8('#!/bin/sh\necho evil\nexec stage0 hex0 "$@"\n')),
    kind: 'differ',
    says: /step 1, .*hex0-seed/,
  },
  {
    name: 'P1 a tool that writes into a file that another made',
    plant: rmAnd(...leave('x86/bin/M1', 'evil')),
    kind: 'differ',
    says: /step 5, \.\/x86\/bin\/rm x86\/junk: only i386 leaves x86\/bin\/M1/,
  },
  {
    name: 'P1 a tool that does not do its work',
    plant: (world) => world.source('rm', guest()),
    kind: 'differ',
    says: /step 5, \.\/x86\/bin\/rm x86\/junk: .*x86\/junk/,
  },
  {
    name: 'P2 a tool that changes a mode',
    plant: rmAnd(chmod('x86/bin/M1', 0o4777)),
    kind: 'differ',
    says: /step 5, .*x86\/bin\/M1/,
  },
  {
    name: 'P2 a tool that puts one file in place of another',
    plant: rmAnd(rename('x86/M1.hex0', 'x86/bin/M1')),
    kind: 'differ',
    says: /step 5, .*x86\/(bin\/M1|M1\.hex0)/,
  },
  {
    name: 'P2 a tool that moves a folder away and back, and changes a file on the way',
    plant: rmAnd(
      rename('x86/bin', 'x86/moved'),
      chmod('x86/moved/M1', 0),
      rename('x86/moved', 'x86/bin'),
    ),
    kind: 'differ',
    says: /step 5, .*x86\/bin/,
  },
  {
    name: 'P2 a tool that gives a file a second name, and writes to it there',
    plant: rmAnd(link('x86/M1.hex0', 'x86/other'), ...leave('x86/other', 'evil'), [6, RESULT]),
    kind: 'differ',
    says: /step 5, .*x86\/(M1\.hex0|other)/,
  },
  {
    name: 'P2 a tool that writes through a name that it takes away',
    plant: rmAnd(
      link('x86/M1.hex0', 'x86/other'),
      ...leave('x86/other', 'evil'),
      unlink('x86/other'),
    ),
    kind: 'differ',
    says: /in step 5, /,
  },
  {
    name: 'P2 a tool that removes a source',
    plant: rmAnd(unlink('x86/M1.hex0')),
    kind: 'differ',
    says: /x86\/M1\.hex0/,
  },
  {
    name: 'P2 a tool that puts a link in place of a source',
    plant: rmAnd(unlink('x86/M1.hex0'), symlink('/etc/passwd', 'x86/M1.hex0')),
    kind: 'differ',
    says: /step 5, .*x86\/M1\.hex0/,
  },
  {
    name: 'P2 a tool that makes a folder',
    plant: rmAnd(mkdir('x86/bin/.hidden')),
    kind: 'differ',
    says: /step 5, .*only i386 leaves x86\/bin\/\.hidden/,
  },
  {
    name: 'P3 a tool that drops a file after a chroot',
    plant: rmAnd(chroot('x86'), ...leave('bin/backdoor', 'evil')),
    kind: 'differ',
    says: /step 5, .*only i386 leaves x86\/bin\/backdoor/,
  },
  {
    name: 'P3 a tool that changes an artifact after a chroot',
    plant: rmAnd(chroot('/'), ...leave('/x86/bin/M1', 'evil')),
    kind: 'differ',
    says: /step 5, .*x86\/bin\/M1/,
  },
  {
    name: 'P4 a tool that fails in both, and leaves a file in one',
    plant: (world) => {
      world.source('hex1', guest(...leave('x86/bin/evil', 'evil'), exit(1)));
      const script = SCRIPT.split('\n').map((line) => (line.startsWith('./x86/bin/m') ? '' : line));
      world.script(
        `${script.join('\n')}./x86/artifact/hex0 x86/hex1.hex0 x86/bin/hex1\nif ./x86/bin/hex1 none out\nfi\n`,
      );
    },
    options: { shell: 'kaem' },
    kind: 'differ',
    says: /step 7, \.\/x86\/bin\/hex1 none out: only i386 leaves x86\/bin\/evil, when both have ended/,
  },
  {
    name: 'P5 a tool that prints something else',
    plant: rmAnd(write(1, 'x86/bin/M1: OK\n')),
    kind: 'differ',
    says: /step 5, .*what it prints differs/,
  },
  {
    name: 'P5 a checksum tool that says OK',
    plant: (world) => {
      world.text('/wrong', `${'0'.repeat(64)}  x86/bin/M1\n`);
      world.source('sha256sum', guest(write(1, 'x86/bin/M1: OK\n')));
      world.append(
        './x86/artifact/hex0 x86/sha256sum.hex0 x86/bin/sha256sum\n./x86/bin/sha256sum -c wrong',
      );
    },
    kind: 'differ',
    says: /step 8, \.\/x86\/bin\/sha256sum -c wrong: ports: exit status 1, i386: exit status 0/,
  },
  {
    name: 'P7 a tool that never ends',
    plant: (world) => world.source('rm', rawGuest(0xeb, 0xfe)),
    kind: 'cannot',
    says: /step 5, .*our machine could not run this program to its end/,
  },
  {
    name: 'P7 a tool that reads a file that is not there, for ever',
    plant: (world) => world.source('rm', rawGuest(...READ_FOR_EVER)),
    kind: 'cannot',
    says: /step 5, .*our machine could not run this program to its end/,
  },
  {
    name: 'T2 a prebuilt program of any name',
    plant: (world) => {
      world.program('/x86/generate', guest(...leave('x86/bin/made', 'made')));
      world.append('./x86/generate');
    },
    options: { partial: true },
    kind: 'cannot',
    says: /x86\/generate is a binary that came with the tree and is run \(step 7\)/,
  },
  {
    name: 'T2 a prebuilt program of a tool that behaves',
    plant: (world) => {
      world.program('/tools/rm', guest(unlink('x86/rm.hex0')));
      world.append('./tools/rm x86/rm.hex0');
    },
    kind: 'differ',
    says: /tools\/rm is not what its source says: the build makes x86\/bin\/rm /,
  },
  {
    name: 'T3 a prebuilt program that is copied into place',
    plant: (world) => {
      const cached = guest(write(1, 'evil'));
      world.text('/cached', cached);
      world.launcher('cp');
      world.append('./tools/cp cached x86/bin/hex2');
      world.publish('x86/bin/hex2', cached);
    },
    options: { partial: true },
    kind: 'cannot',
    says: /^.*cached is a binary that came with the tree and becomes the program x86\/bin\/hex2 \(step 7\)/,
  },
  {
    name: 'T3 a prebuilt program that is joined from two halves',
    plant: (world) => {
      const cached = guest(write(1, 'evil'));
      world.text('/one', cached.slice(0, 3)); // too short to be a program
      world.text('/two', cached.slice(3));
      world.launcher('catm');
      world.append('./tools/catm x86/bin/hex2 one two');
    },
    options: { partial: true },
    kind: 'cannot',
    says: /two is a binary that came with the tree and becomes the program x86\/bin\/hex2/,
  },
  {
    name: 'T3 a prebuilt program that comes out of an archive',
    plant: (world) => {
      world.text('/data.gz', gzipSync(guest(write(1, 'evil'))));
      world.launcher('ungz');
      world.append('./tools/ungz --file data.gz --output x86/bin/hex2');
    },
    options: { partial: true },
    kind: 'cannot',
    says: /data\.gz is a binary that came with the tree and becomes the program x86\/bin\/hex2/,
  },
  {
    name: 'T3 a prebuilt program that is copied, run and removed',
    plant: (world) => {
      world.program('/cached', guest(unlink('x86/rm.hex0')));
      for (const tool of ['cp', 'chmod', 'rm']) world.launcher(tool);
      world.append(
        './tools/cp cached tmp/generate\n./tools/chmod 755 tmp/generate\n./tmp/generate\n./tools/rm tmp/generate',
      );
    },
    options: { partial: true },
    kind: 'cannot',
    says: /cached is a binary that came with the tree and becomes the program tmp\/generate/,
  },
  {
    name: 'T4 a published file that no process makes',
    plant: (world) => {
      const there = guest(write(1, 'evil'));
      world.program('/x86/bin/M2-Planet', there);
      world.publish('x86/bin/M2-Planet', there);
    },
    kind: 'wrong',
    says: /no process of the build made them: x86\/bin\/M2-Planet/,
  },
  {
    name: 'T8 a program without a port, the same in both',
    plant: (world) => {
      world.source('generate', guest(...leave('x86/bin/made', 'made')));
      world.append('./x86/artifact/hex0 x86/generate.hex0 x86/generate\n./x86/generate');
    },
    kind: 'cannot',
    says: /one process, the same machine code in both builds \(x86\/generate\)/,
  },
  {
    name: 'T9 a tree without a first shell',
    plant: () => {},
    options: { script: undefined } as unknown as Partial<CheckOptions>,
    kind: 'cannot',
    says: /the first shell, which is our port in both builds/,
  },
  {
    name: 'T9 our ports twice',
    plant: () => {},
    options: { engines: [PORTS, PORTS] },
    kind: 'cannot',
    says: /nothing independent was compared/,
  },
  {
    name: 'T9 the machine twice',
    plant: () => {},
    options: { engines: [machineEngine(), machineEngine()], partial: true },
    kind: 'cannot',
    says: /nothing independent was compared/,
  },
  {
    name: 'T1 a published file with another digest',
    plant: (world) => world.publish('x86/bin/M1', encodeUtf8('another')),
    kind: 'wrong',
    says: /other digests than in x86\.answers: x86\/bin\/M1/,
  },
  {
    name: 'T10 a script that fails in both',
    plant: (world) => world.append('./x86/bin/none'),
    kind: 'wrong',
    says: /the script fails, in both builds alike/,
  },
];
