// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The string operations, with their repeat prefixes. All advance esi or edi by the size, or move
 * them down if the direction flag is set.
 */
import { compare } from './arithmetic.ts';
import type { Instruction } from './decode.ts';
import type { Interpreter } from './interpreter.ts';
import { EAX, ECX, EDI, ESI } from './registers.ts';

type Element = (cpu: Interpreter, size: number, i: Instruction) => void;

type Handler = (cpu: Interpreter, i: Instruction) => void;

const REPNE = 0xf2;

export const moveString: Handler = repeated((cpu, size, i) => {
  cpu.store(pointer(cpu, EDI, i), size, cpu.load(pointer(cpu, ESI, i), size));
  advance(cpu, ESI, size, i);
  advance(cpu, EDI, size, i);
}, false);

export const storeString: Handler = repeated((cpu, size, i) => {
  cpu.store(pointer(cpu, EDI, i), size, cpu.readRegister(EAX, size));
  advance(cpu, EDI, size, i);
}, false);

export const loadString: Handler = repeated((cpu, size, i) => {
  cpu.writeRegister(EAX, size, cpu.load(pointer(cpu, ESI, i), size));
  advance(cpu, ESI, size, i);
}, false);

export const compareString: Handler = repeated((cpu, size, i) => {
  const a = cpu.load(pointer(cpu, ESI, i), size);
  compare(cpu.flags, a, cpu.load(pointer(cpu, EDI, i), size), size);
  advance(cpu, ESI, size, i);
  advance(cpu, EDI, size, i);
}, true);

export const scanString: Handler = repeated((cpu, size, i) => {
  const found = cpu.load(pointer(cpu, EDI, i), size);
  compare(cpu.flags, cpu.readRegister(EAX, size), found, size);
  advance(cpu, EDI, size, i);
}, true);

/**
 * Process one element, or as many as ecx says; with `compares`, while zero is set (repe) or clear
 * (repne). Each element counts as an instruction, because there can be 2^28 of them.
 */
function repeated(element: Element, compares: boolean): Handler {
  return (cpu, i) => {
    if (i.repeat === 0) {
      element(cpu, i.size, i);
      return;
    }
    const countSize = i.shortAddress ? 2 : 4;
    while (cpu.readRegister(ECX, countSize) !== 0) {
      cpu.executed++;
      element(cpu, i.size, i);
      cpu.writeRegister(ECX, countSize, cpu.readRegister(ECX, countSize) - 1);
      if (compares && (cpu.flags.zeroOf === 0) === (i.repeat === REPNE)) return;
    }
  };
}

function pointer(cpu: Interpreter, register: number, i: Instruction): number {
  const value = cpu.registers[register] as number;
  return i.shortAddress ? value & 0xffff : value;
}

function advance(cpu: Interpreter, register: number, size: number, i: Instruction): void {
  const by = cpu.flags.direction ? -size : size;
  cpu.writeRegister(register, i.shortAddress ? 2 : 4, (cpu.registers[register] as number) + by);
}
