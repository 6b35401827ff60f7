// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Operations that ask what the processor is and what its clock shows, and moves of segment
 * registers. The answers are always the same, so that runs can be repeated.
 */
import { type Instruction, MEMORY, type Operand } from './decode.ts';
import { MachineError } from './errors.ts';
import type { Interpreter } from './interpreter.ts';
import { EAX, EBX, ECX, EDX } from './registers.ts';

/** The registers of an answer, in the order of the columns below. */
const CPUID_ORDER = [EAX, EBX, ECX, EDX];
/**
 * A plain processor, whatever the real one is: a Pentium Pro ("GenuineIntel", family 6, model 1)
 * with fpu, tsc, cx8 and cmov.
 */
const CPUID: readonly (readonly number[])[] = [
  [1, 0x756e6547, 0x6c65746e, 0x49656e69],
  [0x619, 0, 0, 0x8111],
];
/** By how much the time stamp grows from one rdtsc to the next. */
const TICKS = 1000;

function operand(instruction: Instruction, index: number): Operand {
  return instruction.operands[index] as Operand;
}

type Name = 'cpuid' | 'rdtsc' | 'fromSegment' | 'toSegment';

export const PROCESSOR_HANDLERS: Readonly<
  Record<Name, (cpu: Interpreter, instruction: Instruction) => void>
> = {
  cpuid: (cpu) => {
    const { registers } = cpu;
    const answer = CPUID[registers[EAX] as number] ?? [0, 0, 0, 0];
    answer.forEach((value, at) => {
      registers[CPUID_ORDER[at] as number] = value;
    });
  },
  rdtsc: (cpu) => {
    cpu.ticks += TICKS;
    cpu.registers[EAX] = cpu.ticks;
    cpu.registers[EDX] = Math.floor(cpu.ticks / 0x100000000);
  },
  fromSegment: (cpu, i) => {
    const to = operand(i, 0);
    const selector = cpu.segments.selector(operand(i, 1).value);
    cpu.write(to.kind === MEMORY ? { ...to, size: 2 } : to, selector);
  },
  toSegment: (cpu, i) => {
    const selector = cpu.read(operand(i, 1)) & 0xffff;
    if (!cpu.segments.load(operand(i, 0).value, selector)) {
      throw new MachineError('bad-access', 'loads a segment that does not exist');
    }
  },
};
