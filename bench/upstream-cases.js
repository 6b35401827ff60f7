// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What upstream.js runs: a program of ours and upstream's, the input it gets, its command line.
 * Both get the same arguments, in which `in` is the input and `out` what they write; a program that
 * has none prints.
 */
import { bloodElf } from '@stage0-ts/blood-elf';
import { ccX86 } from '@stage0-ts/cc-x86';
import { hex0 } from '@stage0-ts/hex0';
import { hex1 } from '@stage0-ts/hex1';
import { hex2, hex2_0 } from '@stage0-ts/hex2';
import { kaem } from '@stage0-ts/kaem';
import { M0, M1 } from '@stage0-ts/m1';
import { m2Mesoplanet } from '@stage0-ts/m2-mesoplanet';
import { m2Planet } from '@stage0-ts/m2-planet';
import {
  catm,
  cp,
  replace,
  sha256sum,
  unbz2,
  ungz,
  untar,
  unxz,
} from '@stage0-ts/mescc-tools-extra';
import * as inputs from './inputs.js';

const KB = 1000;
const X86 = ['--little-endian', '--architecture', 'x86'];
/**
 * In the emitters of x86, amd64 and RISC-V a C compiler's `&&` gives other code than that of
 * M2-Planet, which is ours.
 */
const M2 = ['--architecture', 'armv7l', '-f', 'in', '-o', 'out'];
const MESO = [
  '--architecture',
  'x86',
  '--operating-system',
  'Linux',
  '-E',
  '-f',
  'in',
  '-o',
  'out',
];
const IN_OUT = ['in', 'out'];
const UNPACK = ['--file', 'in', '--output', 'out'];

/** Our command: path below packages/, and arguments that come first. */
const command = (file) => [file];
const utility = (name) => ['mescc-tools-extra/dist/bin/mescc-tools-extra.js', name];

/**
 * Base is the size at 1×, in bytes; the largest input is 16 times it. Decoders are given by the
 * bytes that come out, because that is what they spend their time on.
 */
export const CASES = [
  {
    tool: 'hex0',
    input: 'bytes and comments',
    make: inputs.hex0Source,
    base: 20 * KB,
    program: hex0,
    ours: command('hex0/dist/bin/hex0.js'),
    args: IN_OUT,
  },
  {
    tool: 'hex1',
    input: 'labels of one character',
    make: inputs.hex1Source,
    base: 20 * KB,
    program: hex1,
    ours: command('hex1/dist/bin/hex1.js'),
    args: IN_OUT,
  },
  {
    tool: 'hex2-0',
    input: 'labels: one per 400 bytes',
    make: inputs.hex2Source,
    base: 20 * KB,
    program: hex2_0,
    ours: command('hex2/dist/bin/hex2-0.js'),
    args: IN_OUT,
  },
  {
    tool: 'M0',
    input: '200 DEFINEs, many tokens',
    make: inputs.m1Source,
    base: 10 * KB,
    program: M0,
    ours: command('m1/dist/bin/M0.js'),
    args: IN_OUT,
  },
  {
    tool: 'cc_x86',
    input: 'functions',
    make: inputs.cSource,
    base: 10 * KB,
    program: ccX86,
    ours: command('cc-x86/dist/bin/cc_x86.js'),
    args: IN_OUT,
  },
  {
    tool: 'hex2',
    input: 'labels: one per 400 bytes',
    make: inputs.hex2Source,
    base: 1250 * KB,
    program: hex2,
    ours: command('hex2/dist/bin/hex2.js'),
    args: [...X86, '--base-address', '0x8048000', '-f', 'in', '-o', 'out'],
  },
  {
    tool: 'M1',
    input: '200 DEFINEs, many tokens',
    make: inputs.m1Source,
    base: 500 * KB,
    program: M1,
    ours: command('m1/dist/bin/M1.js'),
    args: [...X86, '-f', 'in', '-o', 'out'],
  },
  {
    tool: 'M1',
    input: 'DEFINEs: half of the file',
    make: inputs.m1Definitions,
    base: 50 * KB,
    program: M1,
    ours: command('m1/dist/bin/M1.js'),
    args: [...X86, '-f', 'in', '-o', 'out'],
  },
  {
    tool: 'blood-elf',
    input: 'as M1',
    make: inputs.m1Source,
    base: 1000 * KB,
    program: bloodElf,
    ours: command('blood-elf/dist/bin/blood-elf.js'),
    args: ['--little-endian', '-f', 'in', '-o', 'out'],
  },
  {
    tool: 'M2-Planet',
    input: 'functions',
    make: inputs.cSource,
    base: 200 * KB,
    program: m2Planet,
    ours: command('m2-planet/dist/bin/M2-Planet.js'),
    args: M2,
  },
  {
    tool: 'M2-Planet',
    input: 'globals, constants, strings',
    make: inputs.cGlobals,
    base: 200 * KB,
    program: m2Planet,
    ours: command('m2-planet/dist/bin/M2-Planet.js'),
    args: M2,
  },
  {
    tool: 'M2-Mesoplanet -E',
    input: 'functions',
    make: inputs.cSource,
    base: 500 * KB,
    program: m2Mesoplanet,
    ours: command('m2-mesoplanet/dist/bin/M2-Mesoplanet.js'),
    args: MESO,
  },
  {
    tool: 'M2-Mesoplanet -E',
    input: 'macros and conditions',
    make: inputs.cMacros,
    base: 50 * KB,
    program: m2Mesoplanet,
    ours: command('m2-mesoplanet/dist/bin/M2-Mesoplanet.js'),
    args: MESO,
  },
  {
    tool: 'kaem',
    input: 'assignments, 50 variables',
    make: inputs.kaemScript,
    base: 100 * KB,
    program: kaem,
    ours: command('kaem/dist/bin/kaem.js'),
    args: ['-f', 'in'],
  },
  {
    tool: 'sha256sum',
    input: 'text',
    make: inputs.text,
    base: 2000 * KB,
    program: sha256sum,
    ours: utility('sha256sum'),
    args: ['in'],
  },
  {
    tool: 'ungz',
    input: 'text',
    make: inputs.gzip,
    base: 2000 * KB,
    program: ungz,
    ours: utility('ungz'),
    args: UNPACK,
  },
  {
    tool: 'unbz2',
    input: 'text',
    make: inputs.bzip2,
    base: 2000 * KB,
    program: unbz2,
    ours: utility('unbz2'),
    args: UNPACK,
  },
  {
    tool: 'unxz',
    input: 'text',
    make: inputs.xz,
    base: 2000 * KB,
    program: unxz,
    ours: utility('unxz'),
    args: UNPACK,
  },
  {
    tool: 'untar',
    input: 'files of 1000 bytes',
    make: inputs.tar,
    base: 500 * KB,
    program: untar,
    ours: utility('untar'),
    args: ['--file', 'in'],
    folders: ['folder'],
  },
  {
    tool: 'catm',
    input: 'text',
    make: inputs.text,
    base: 4000 * KB,
    program: catm,
    ours: utility('catm'),
    args: ['out', 'in'],
  },
  {
    tool: 'cp',
    input: 'text',
    make: inputs.text,
    base: 4000 * KB,
    program: cp,
    ours: utility('cp'),
    args: ['in', 'out'],
  },
  {
    tool: 'replace',
    input: 'text',
    make: inputs.text,
    base: 500 * KB,
    program: replace,
    ours: utility('replace'),
    args: ['--file', 'in', '--output', 'out', '--match-on', 'text', '--replace-with', 'words'],
  },
];
