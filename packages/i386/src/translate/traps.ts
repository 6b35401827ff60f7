// SPDX-License-Identifier: GPL-3.0-or-later
/** An error that WebAssembly or the host threw while a program ran → the fault of that program. */
import { MachineError } from '../errors.ts';
import { webAssembly } from './platform.ts';
import type { TranslatedProgram } from './program.ts';

/** Where in the guest a trap was: the engine's stack trace tells. Undefined for other errors. */
export interface Trap {
  /** 0 if it is not known. */
  readonly address: number;
  readonly fault: MachineError;
}

/** The trap that `error` is, or undefined if it is none. */
export function trapOf(error: unknown, program: TranslatedProgram): Trap | undefined {
  const platform = webAssembly();
  if (platform === undefined || !(error instanceof platform.RuntimeError)) return undefined;
  const { stack = '' } = error as { stack?: string };
  const offset = /wasm-function\[\d+\]:0x([0-9a-f]+)/.exec(stack)?.[1];
  // Later modules leave faults to the interpreter.
  const [first] = program.modules;
  const address = offset === undefined ? undefined : first?.addressAt(Number.parseInt(offset, 16));
  return {
    address: address ?? 0,
    fault: new MachineError(
      'bad-access',
      'reads outside of its memory (registers are those of the last call)',
    ),
  };
}

/** `error`, or what it means if the host's stack was too small. */
export function withoutStackOverflow(error: unknown): unknown {
  if (!(error instanceof Error) || !/call stack|too much recursion/i.test(error.message)) {
    return error;
  }
  return new MachineError('memory-limit', 'needs more of the host’s stack than there is');
}
