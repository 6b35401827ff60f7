// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An image → its instructions and what lies between them, in the order of addresses.
 */
import {
  formatInstruction,
  type Instruction,
  reachableCode,
  readExecutable,
} from '@stage0-ts/i386';
import { printable } from '../shared/format.ts';
import type { ProgramLabel } from './translate.ts';

export interface Line {
  /** Offset of the line in the image. */
  readonly offset: number;
  readonly length: number;
  readonly address: number;
  /** Names of the labels at this place. */
  readonly labels: readonly string[];
  readonly text: string;
  readonly isCode: boolean;
  /** Set for code; undefined for data. */
  readonly instruction: Instruction | undefined;
}

const DATA_BYTES = 8;

/** Throws MachineError if the image is not an executable. */
export function disassemble(image: Uint8Array, labels: readonly ProgramLabel[]): Line[] {
  const { entry, segments } = readExecutable(image, 'program');
  const [first] = segments;
  const base = (first?.address ?? 0) - (first?.fileOffset ?? 0);
  const code = reachableCode((address) => image[address - base], entry);
  const names = namesByAddress(labels);
  const nameOf = (address: number) => names.get(address >>> 0)?.at(-1);
  const lines: Line[] = [];
  for (let offset = 0; offset < image.length; ) {
    const address = base + offset;
    const instruction = code.get(address);
    const length = instruction?.length ?? dataLength(image, base, offset, code, names);
    const text =
      instruction === undefined
        ? printable(image.subarray(offset, offset + length))
        : formatInstruction(instruction, nameOf);
    const isCode = instruction !== undefined;
    const here = names.get(address) ?? [];
    lines.push({ offset, length, address, labels: here, text, isCode, instruction });
    offset += length;
  }
  return lines;
}

/** Address → the labels there. */
export function namesByAddress(labels: readonly ProgramLabel[]): Map<number, string[]> {
  const names = new Map<number, string[]>();
  for (const { name, address } of labels) {
    const here = names.get(address) ?? [];
    here.push(name);
    names.set(address, here);
  }
  return names;
}

/** Data ends at the next code or label, and at the end of a line. */
function dataLength(
  image: Uint8Array,
  base: number,
  offset: number,
  code: ReadonlyMap<number, unknown>,
  names: ReadonlyMap<number, string[]>,
): number {
  let length = 1;
  while (length < DATA_BYTES && offset + length < image.length) {
    const address = base + offset + length;
    if (code.has(address) || names.has(address)) break;
    length++;
  }
  return length;
}
