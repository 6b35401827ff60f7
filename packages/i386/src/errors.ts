// SPDX-License-Identifier: GPL-3.0-or-later
/** What a machine says when it cannot go on: program, address, bytes and registers in one message. */
import { ToolError } from '@stage0-ts/diagnostics';

/** The code of a {@link MachineError}. */
export type FaultCode =
  | 'bad-image'
  | 'unknown-opcode'
  | 'bad-access'
  | 'divide-error'
  | 'unknown-interrupt'
  | 'unknown-system-call'
  | 'self-modified-code'
  | 'unknown-flags'
  | 'instruction-limit'
  | 'memory-limit'
  | 'aborted';

/** Signal that Linux would send, or that stands for a limit (SIGXCPU) or an unknown call (SIGSYS). */
const SIGNALS: Readonly<Record<FaultCode, number>> = {
  'bad-image': 9,
  'unknown-opcode': 4,
  'bad-access': 11,
  'divide-error': 8,
  'unknown-interrupt': 11,
  'unknown-system-call': 31,
  'self-modified-code': 4,
  'unknown-flags': 4,
  'instruction-limit': 24,
  'memory-limit': 9,
  aborted: 9,
};

/** A fault of the program that runs, or a limit that it met. Its `offset` is the guest address. */
export class MachineError extends ToolError {
  /** Linux's number of the signal that the program dies of. */
  readonly signal: number;
  /** Guest address of the instruction, when it is known. */
  readonly address: number | undefined;

  constructor(code: FaultCode, message: string, program?: string, address?: number) {
    super(message, {
      code,
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
