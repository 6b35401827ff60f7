// SPDX-License-Identifier: GPL-3.0-or-later
/** Where the runner looks whether translated code can take over from the interpreter. */
import type { Interpreter } from '../interpreter.ts';

/** Has it just gone back, as to a loop's head? */
export function isLoop({ lastOperation, lastAddress, eip }: Interpreter): boolean {
  return (lastOperation === 'jcc' || lastOperation === 'jmp') && eip <= lastAddress;
}

/** Where entries of translated code and returns to it can be met. */
export function stopAtControl(cpu: Interpreter): boolean {
  const { lastOperation } = cpu;
  return (
    lastOperation === 'call' ||
    lastOperation === 'callIndirect' ||
    lastOperation === 'ret' ||
    lastOperation === 'jmp' ||
    lastOperation === 'jmpIndirect' ||
    isLoop(cpu)
  );
}
