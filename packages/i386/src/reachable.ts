// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program's bytes → the instructions among them, without running it.
 *
 * Code is what can be reached from the entry point by jumps and calls. After a call, the bytes
 * count as code only if they decode as instructions up to a jump, return or call, because a program
 * may keep text there. Everything else counts as data.
 */
import { decode, type FetchByte, type Instruction } from './decode.ts';

/** Operations whose first operand is the address of an instruction. */
const BRANCHES = new Set(['jcc', 'jmp', 'call', 'loop', 'loope', 'loopne', 'jcxz']);
/** Operations after which execution never continues. */
const ENDS = new Set(['jmp', 'jmpIndirect', 'ret']);

/** Address → instruction, for all instructions that can be reached. */
export function reachableCode(fetch: FetchByte, entry: number): Map<number, Instruction> {
  const found = new Map<number, Instruction>();
  const open = [entry];
  const afterCalls: number[] = [];
  for (;;) {
    const next = open.pop() ?? nextPlausible(afterCalls, fetch);
    if (next === undefined) return found;
    for (let address = next; !found.has(address); ) {
      const instruction = decode(fetch, address);
      if (instruction === undefined) break;
      found.set(address, instruction);
      const { operation, operands, length } = instruction;
      if (BRANCHES.has(operation)) open.push(operands[0]?.value ?? 0);
      if (ENDS.has(operation)) break;
      if (operation === 'call' || operation === 'callIndirect') {
        afterCalls.push(address + length);
        break;
      }
      address += length;
    }
  }
}

/** The next of `candidates` whose bytes decode as instructions up to a jump, return or call. */
function nextPlausible(candidates: number[], fetch: FetchByte): number | undefined {
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
