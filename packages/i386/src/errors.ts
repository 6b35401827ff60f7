// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The error of a machine that cannot go on: program, address, bytes and registers in one message.
 */
import { ToolError } from '@stage0-ts/diagnostics';

/** The code of a {@link MachineError}. */
export type FaultCode =
  | 'bad-image'
  | 'unknown-opcode'
  | 'bad-access'
  | 'divide-error'
  | 'breakpoint'
  | 'float-error'
  | 'not-exact'
  | 'unknown-interrupt'
  | 'unknown-flags'
  | 'instruction-limit'
  | 'memory-limit'
  | 'file-limit'
  | 'process-limit'
  | 'stuck'
  | 'blocked'
  | 'several-names'
  | 'aborted';

/** The signal that Linux would send; for our limits, a similar one (SIGXCPU, SIGXFSZ, …). */
const SIGNALS: Readonly<Record<FaultCode, number>> = {
  'bad-image': 9,
  'unknown-opcode': 4,
  'bad-access': 11,
  'divide-error': 8,
  breakpoint: 5,
  'float-error': 8,
  'not-exact': 4,
  'unknown-interrupt': 11,
  'unknown-flags': 4,
  'instruction-limit': 24,
  'memory-limit': 9,
  'file-limit': 25,
  'process-limit': 9,
  stuck: 24,
  blocked: 24,
  'several-names': 31,
  aborted: 9,
};

/**
 * Reached limits of ours, and features that the machine does not support. These end the build; a
 * fault ends only a process.
 */
const OURS = new Set<FaultCode>([
  'bad-image',
  'unknown-flags',
  'not-exact',
  'instruction-limit',
  'memory-limit',
  'file-limit',
  'process-limit',
  'stuck',
  'blocked',
  'several-names',
  'aborted',
]);

/** True for errors for which Linux would send a signal to this process alone. */
export function isFault(error: unknown): error is MachineError {
  return error instanceof MachineError && !OURS.has(error.code as FaultCode);
}

/** What to do about the error. */
const HINTS: Readonly<Partial<Record<FaultCode, string>>> = {
  'unknown-opcode': 'the machine has no vector instructions; gcc avoids them with -march=i686',
  'not-exact':
    'a library that computes it in software gives the same result everywhere; for fyl2x there is ' +
    '--round-functions (the engine option `roundFunctions`)',
  'unknown-flags': 'run it with --interpret (the engine option `mode`)',
  'instruction-limit': 'raise it by --instruction-limit (the engine option `instructionLimit`)',
  'memory-limit': 'raise it by --memory-limit (the engine option `memoryLimit`)',
  'file-limit': 'raise it by --file-limit (the engine option `fileLimit`)',
  stuck: 'an input may be missing, or end too early',
  blocked: 'a program that was started cannot wait for its parent here: write to its pipe first',
  'process-limit':
    'does a program start itself? If not, raise it by --process-limit ' +
    '(the engine option `processLimit`)',
};

/** A fault of the guest program, or a limit that it reached. `offset` is the guest address. */
export class MachineError extends ToolError {
  /** The number of the signal that ends the program. */
  readonly signal: number;
  /** Guest address of the instruction, if it is known. */
  readonly address: number | undefined;

  /** @param details lines to show after the message, each with its line feed. */
  constructor(
    code: FaultCode,
    message: string,
    program?: string,
    address?: number,
    details?: string,
  ) {
    super(message, {
      code,
      hint: HINTS[code],
      ...(details === undefined ? {} : { frame: details }),
      ...(program === undefined ? {} : { file: program }),
      ...(address === undefined ? {} : { offset: address >>> 0 }),
      exitCode: 128 + SIGNALS[code],
    });
    this.signal = SIGNALS[code];
    this.address = address;
  }
}

/** `0x0804809c`, for messages. */
export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
}
