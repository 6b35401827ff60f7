// SPDX-License-Identifier: GPL-3.0-or-later
/** Every tool under the name that upstream's program has. */
import { bloodElf } from '@stage0-ts/blood-elf';
import { ccX86 } from '@stage0-ts/cc-x86';
import { hex0 } from '@stage0-ts/hex0';
import { hex1 } from '@stage0-ts/hex1';
import { hex2, hex2_0 } from '@stage0-ts/hex2';
import type { Program } from '@stage0-ts/host';
import { kaem, kaemMinimal } from '@stage0-ts/kaem';
import { M0, M1 } from '@stage0-ts/m1';
import { m2Mesoplanet } from '@stage0-ts/m2-mesoplanet';
import { m2Planet } from '@stage0-ts/m2-planet';
import {
  catm,
  catmMinimal,
  chmod,
  cp,
  getMachine,
  match,
  mkdir,
  replace,
  rm,
  sha256sum,
  unbz2,
  ungz,
  untar,
  unxz,
  wrap,
} from '@stage0-ts/mescc-tools-extra';

/** Upstream's name → our program, in the order of the bootstrap. */
export const TOOLS: Readonly<Record<string, Program>> = {
  hex0,
  'kaem-minimal': kaemMinimal,
  hex1,
  'hex2-0': hex2_0,
  'catm-minimal': catmMinimal,
  M0,
  cc_x86: ccX86,
  'M2-Planet': m2Planet,
  'blood-elf': bloodElf,
  M1,
  hex2,
  kaem,
  'M2-Mesoplanet': m2Mesoplanet,
  get_machine: getMachine,
  catm,
  cp,
  chmod,
  match,
  mkdir,
  replace,
  rm,
  sha256sum,
  unbz2,
  ungz,
  untar,
  unxz,
  wrap,
};
