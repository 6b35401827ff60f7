// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Every tool for the command line: its package, its purpose, and how it is loaded.
 *
 * Only the requested tool is loaded, because a script may start `stage0 TOOL` many times. A test
 * compares this table with {@link TOOLS}.
 */
import type { Program } from '@stage0-ts/host';

export interface ToolEntry {
  /** The folder in packages/. */
  readonly folder: string;
  readonly synopsis: string;
  readonly summary: string;
  readonly load: () => Promise<Program>;
}

type Extra = typeof import('@stage0-ts/mescc-tools-extra');

/** A utility of mescc-tools-extra, which is one package for all of them. */
function extra(synopsis: string, summary: string, pick: (all: Extra) => Program): ToolEntry {
  const load = async () => pick(await import('@stage0-ts/mescc-tools-extra'));
  return { folder: 'mescc-tools-extra', synopsis, summary, load };
}

/** Upstream's name → the tool, in the order of the bootstrap. */
export const TOOL_TABLE: Readonly<Record<string, ToolEntry>> = {
  hex0: {
    folder: 'hex0',
    synopsis: 'hex0 INPUT OUTPUT',
    summary: 'assemble hexadecimal digits',
    load: async () => (await import('@stage0-ts/hex0')).hex0,
  },
  'kaem-minimal': {
    folder: 'kaem',
    synopsis: 'kaem-minimal [SCRIPT]',
    summary: 'run a script, a program a line',
    load: async () => (await import('@stage0-ts/kaem')).kaemMinimal,
  },
  hex1: {
    folder: 'hex1',
    synopsis: 'hex1 INPUT OUTPUT',
    summary: 'assemble hex0 with labels of one character',
    load: async () => (await import('@stage0-ts/hex1')).hex1,
  },
  'hex2-0': {
    folder: 'hex2',
    synopsis: 'hex2-0 INPUT OUTPUT',
    summary: 'assemble hex1 with names and addresses',
    load: async () => (await import('@stage0-ts/hex2')).hex2_0,
  },
  'catm-minimal': extra('catm-minimal OUTPUT INPUT…', 'join files', (all) => all.catmMinimal),
  M0: {
    folder: 'm1',
    synopsis: 'M0 INPUT OUTPUT',
    summary: 'expand macros into hex2',
    load: async () => (await import('@stage0-ts/m1')).M0,
  },
  cc_x86: {
    folder: 'cc-x86',
    synopsis: 'cc_x86 INPUT OUTPUT',
    summary: 'compile C to M1, the first compiler of the chain',
    load: async () => (await import('@stage0-ts/cc-x86')).ccX86,
  },
  'M2-Planet': {
    folder: 'm2-planet',
    synopsis: 'M2-Planet --architecture NAME -f FILE… [-o OUTPUT]',
    summary: 'compile C to M1',
    load: async () => (await import('@stage0-ts/m2-planet')).m2Planet,
  },
  'blood-elf': {
    folder: 'blood-elf',
    synopsis: 'blood-elf -f FILE [--64] -o OUTPUT',
    summary: 'make the symbol table of a program',
    load: async () => (await import('@stage0-ts/blood-elf')).bloodElf,
  },
  M1: {
    folder: 'm1',
    synopsis: 'M1 --architecture NAME -f FILE… [-o OUTPUT]',
    summary: 'expand macros into hex2, for every architecture',
    load: async () => (await import('@stage0-ts/m1')).M1,
  },
  hex2: {
    folder: 'hex2',
    synopsis: 'hex2 --architecture NAME -f FILE… [-o OUTPUT]',
    summary: 'link hex2, for every architecture',
    load: async () => (await import('@stage0-ts/hex2')).hex2,
  },
  kaem: {
    folder: 'kaem',
    synopsis: 'kaem [--verbose] [--strict] [--file SCRIPT]',
    summary: 'run a script with variables, conditions and aliases',
    load: async () => (await import('@stage0-ts/kaem')).kaem,
  },
  'M2-Mesoplanet': {
    folder: 'm2-mesoplanet',
    synopsis: 'M2-Mesoplanet -f FILE… [-o OUTPUT]',
    summary: 'preprocess, compile, assemble and link',
    load: async () => (await import('@stage0-ts/m2-mesoplanet')).m2Mesoplanet,
  },
  get_machine: extra('get_machine', 'print what the processor is called', (all) => all.getMachine),
  catm: extra('catm OUTPUT INPUT…', 'join files', (all) => all.catm),
  cp: extra('cp SOURCE DESTINATION', 'copy a file', (all) => all.cp),
  chmod: extra('chmod MODE FILE…', 'change the mode of files', (all) => all.chmod),
  match: extra('match A B', 'succeed when two words are the same', (all) => all.match),
  mkdir: extra('mkdir [-p] FOLDER…', 'make folders', (all) => all.mkdir),
  replace: extra(
    'replace --file FILE --match-on OLD --replace-with NEW',
    'replace text',
    (all) => all.replace,
  ),
  rm: extra('rm FILE…', 'remove files', (all) => all.rm),
  sha256sum: extra('sha256sum [-c] FILE…', 'make or check digests', (all) => all.sha256sum),
  unbz2: extra('unbz2 -f FILE [-o OUTPUT]', 'unpack bzip2', (all) => all.unbz2),
  ungz: extra('ungz -f FILE [-o OUTPUT]', 'unpack gzip', (all) => all.ungz),
  untar: extra('untar -f FILE', 'unpack a tar archive', (all) => all.untar),
  unxz: extra('unxz -f FILE [-o OUTPUT]', 'unpack xz', (all) => all.unxz),
  wrap: extra('wrap PROGRAM [ARGUMENT…]', 'run a program in a root of its own', (all) => all.wrap),
};
