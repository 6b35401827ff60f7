// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An image → its instructions and what lies between them, in the order of addresses.
 *
 * Code is what can be reached from the entry: along jumps and calls, and after calls if the bytes
 * there are instructions up to one that ends the way, for a program may keep text after a call. The
 * rest is data.
 */
import { decode, formatInstruction, type Instruction, readExecutable } from '@stage0-ts/i386';
import { printable } from '../shared/format.ts';
import type { ProgramLabel } from './translate.ts';

export interface Line {
  /** Offset in the image. */
  readonly offset: number;
  readonly length: number;
  readonly address: number;
  /** Names of the labels here. */
  readonly labels: readonly string[];
  readonly text: string;
  readonly isCode: boolean;
}

const DATA_BYTES = 8;
/** Nothing follows these. */
const ENDS = new Set(['jmp', 'jmpIndirect', 'ret']);

/** Throws MachineError when the image is not an executable. */
export function disassemble(image: Uint8Array, labels: readonly ProgramLabel[]): Line[] {
  const { entry, segments } = readExecutable(image, 'program');
  const [first] = segments;
  const base = (first?.address ?? 0) - (first?.fileOffset ?? 0);
  const code = reachable(image, base, entry);
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
    lines.push({ offset, length, address, labels: names.get(address) ?? [], text, isCode });
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

/** Address → instruction, for all that can be reached. */
function reachable(image: Uint8Array, base: number, entry: number): Map<number, Instruction> {
  const found = new Map<number, Instruction>();
  const fetch = (address: number) => image[address - base];
  const open = [entry];
  const behindCalls: number[] = [];
  for (;;) {
    const next = open.pop() ?? nextPlausible(behindCalls, fetch);
    if (next === undefined) return found;
    for (let address = next; !found.has(address); ) {
      const instruction = decode(fetch, address);
      if (instruction === undefined) break;
      found.set(address, instruction);
      const { operation, operands, length } = instruction;
      if (operation === 'jcc' || operation === 'jmp' || operation === 'call')
        open.push(operands[0]?.value ?? 0);
      if (ENDS.has(operation)) break;
      if (operation === 'call' || operation === 'callIndirect') {
        behindCalls.push(address + length);
        break;
      }
      address += length;
    }
  }
}

/** The next of `candidates` from which instructions lead to one that ends the way. */
function nextPlausible(
  candidates: number[],
  fetch: (address: number) => number | undefined,
): number | undefined {
  for (let start = candidates.pop(); start !== undefined; start = candidates.pop()) {
    for (let address = start; ; ) {
      const instruction = decode(fetch, address);
      if (instruction === undefined) break;
      if (ENDS.has(instruction.operation) || instruction.operation.startsWith('call')) return start;
      address += instruction.length;
    }
  }
  return undefined;
}

/** Data runs up to the next code or label, and never over a line. */
function dataLength(
  image: Uint8Array,
  base: number,
  offset: number,
  code: ReadonlyMap<number, Instruction>,
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
