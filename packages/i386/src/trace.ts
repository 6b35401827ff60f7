// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Runs a machine in the interpreter, and prints a line for each instruction: its address, its text,
 * and the registers that it changed.
 *
 * A forked child runs while its parent's system call is executed, and its instructions are not
 * shown.
 */
import type { ChildStatus } from '@stage0-ts/host';
import { formatInstruction } from './format.ts';
import type { Machine } from './machine.ts';
import { REGISTER_NAMES } from './registers.ts';

/** Width of address and instruction together, before the registers. */
const WIDTH = 40;

/** Run to the end. `print` gets each line, without a line feed. Throws MachineError. */
export function traced(machine: Machine, print: (line: string) => void): ChildStatus {
  const before = new Int32Array(8);
  while (machine.status === undefined) {
    const instruction = machine.next();
    before.set(machine.registers);
    machine.step();
    const changes = REGISTER_NAMES.flatMap((name, at) => {
      const value = machine.registers[at] as number;
      return value === before[at] ? [] : [`${name}=${hex(value)}`];
    });
    const text = `${hex(instruction.address)}  ${formatInstruction(instruction)}`;
    print(`${text.padEnd(WIDTH)} ${changes.join(' ')}`.trimEnd());
  }
  return machine.status;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
