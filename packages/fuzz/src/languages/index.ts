// SPDX-License-Identifier: GPL-3.0-or-later
/** Every language that the fuzzer knows, in the order of the bootstrap. */
import type { Language } from '../language.ts';
import { unbz2, ungz, unxz } from './archives.ts';
import { bloodElf } from './blood-elf.ts';
import { ccX86, ccX86Older, m2Planet, m2PlanetNewer } from './compilers.ts';
import { hex0, hex1, hex2_0 } from './hex.ts';
import { hex2 } from './hex2.ts';
import { kaem, kaemMinimal } from './kaem.ts';
import { M0, M1 } from './m1.ts';
import { m2Mesoplanet } from './preprocessor.ts';
import { untar } from './tar.ts';
import { catm, chmod, cp, match, mkdir, replace, rm, sha256sum } from './utilities.ts';

export const LANGUAGES: readonly Language[] = [
  hex0,
  kaemMinimal,
  hex1,
  hex2_0,
  M0,
  ccX86,
  ccX86Older,
  m2Planet,
  m2PlanetNewer,
  bloodElf,
  M1,
  hex2,
  kaem,
  m2Mesoplanet,
  catm,
  chmod,
  cp,
  match,
  mkdir,
  replace,
  rm,
  sha256sum,
  ungz,
  unbz2,
  unxz,
  untar,
];
