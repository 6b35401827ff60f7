// SPDX-License-Identifier: GPL-3.0-or-later
/** Every core with an input of a given size. */
import { footer } from '@stage0-ts/blood-elf';
import { compile as compileCcX86 } from '@stage0-ts/cc-x86';
import { assemble as assembleHex0 } from '@stage0-ts/hex0';
import { assemble as assembleHex1 } from '@stage0-ts/hex1';
import { link, linkMinimal } from '@stage0-ts/hex2';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { kaem } from '@stage0-ts/kaem';
import { expand, expandMinimal } from '@stage0-ts/m1';
import { preprocess } from '@stage0-ts/m2-mesoplanet';
import { compile as compileM2 } from '@stage0-ts/m2-planet';
import { bunzip2, gunzip, readTar, sha256, unxzBytes } from '@stage0-ts/mescc-tools-extra';
import * as inputs from './inputs.js';

const source = (bytes) => [{ name: 'input', bytes }];

/** Run a script in a world in memory. */
function runKaem(bytes) {
  const files = new MemoryFiles();
  files.writeFile('/kaem.run', bytes, 0o644);
  if (kaem(['kaem'], new MemoryHost({ files })) !== 0) throw new Error('the script failed');
}

/** Name, input maker, core. Sizes are bytes of input, for archives of content. */
export const TOOLS = [
  ['hex0', inputs.hex0Source, (bytes) => assembleHex0(bytes)],
  ['hex1', inputs.hex1Source, (bytes) => assembleHex1(bytes)],
  ['hex2-0', inputs.hex2Source, (bytes) => linkMinimal(bytes)],
  [
    'hex2',
    inputs.hex2Source,
    (bytes) => link(source(bytes), { architecture: 'x86', bigEndian: false }),
  ],
  ['M0', inputs.m1Source, (bytes) => expandMinimal(bytes)],
  [
    'M1',
    inputs.m1Source,
    (bytes) => expand(source(bytes), { architecture: 'x86', bigEndian: false }),
  ],
  ['blood-elf', inputs.m1Source, (bytes) => footer(source(bytes), { bigEndian: false })],
  ['cc_x86', inputs.cSource, (bytes) => compileCcX86(bytes)],
  ['M2-Planet', inputs.cSource, (bytes) => compileM2(source(bytes), { architecture: 'x86' })],
  ['M2-Mesoplanet -E', inputs.cSource, (bytes) => preprocess(source(bytes))],
  ['kaem', inputs.kaemScript, runKaem],
  ['sha256sum', inputs.text, (bytes) => sha256(bytes)],
  ['ungz', inputs.gzip, (bytes) => gunzip(bytes)],
  ['unbz2', inputs.bzip2, (bytes) => bunzip2(bytes)],
  ['unxz', inputs.xz, (bytes) => unxzBytes(bytes)],
  ['untar', inputs.tar, (bytes) => readTar(bytes)],
];
