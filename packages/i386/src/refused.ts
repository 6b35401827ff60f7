// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Bytes that the decoder refuses → the fault that they cause on a processor under Linux.
 *
 * Some are instructions that only a kernel may execute (SIGSEGV), some are breakpoints (SIGTRAP).
 * The rest are instructions that this machine does not support, or that no processor has (SIGILL).
 */
import { decode, type FetchByte, MEMORY } from './decode.ts';
import { MachineError } from './errors.ts';

const OPERAND_SIZE = 0x66;
const CODE_SEGMENT = 0x2e;
/** Prefixes of fs and gs: without threads, a program has no segments there. */
const NO_SEGMENT = new Set([0x64, 0x65]);
const PREFIXES = new Set([
  0x26,
  0x36,
  0x3e,
  0x67,
  0xf0,
  0xf2,
  0xf3,
  OPERAND_SIZE,
  CODE_SEGMENT,
  ...NO_SEGMENT,
]);
const BREAKPOINTS = new Set([0xcc, 0xf1]);
/** ins, outs, in, out, hlt, cli, sti. */
const PRIVILEGED = new Set([
  ...[0x6c, 0x6d, 0x6e, 0x6f, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef, 0xf4, 0xfa, 0xfb],
]);
/**
 * After 0f: lldt, lgdt and the like, clts, invd, wbinvd, mov of control and debug registers, wrmsr,
 * rdmsr.
 */
const PRIVILEGED_TWO = new Set([0x00, 0x01, 0x06, 0x08, 0x09, 0x20, 0x21, 0x22, 0x23, 0x30, 0x32]);

/** The fault for the bytes at `address`, which {@link decode} has refused. */
export function refusal(fetch: FetchByte, address: number): MachineError {
  let at = address;
  let segment: number | undefined;
  for (let prefix = fetch(at); prefix !== undefined && PREFIXES.has(prefix); prefix = fetch(++at)) {
    if (prefix === CODE_SEGMENT || NO_SEGMENT.has(prefix)) segment = prefix;
  }
  const opcode = fetch(at) ?? 0;
  if (BREAKPOINTS.has(opcode)) return new MachineError('breakpoint', 'a breakpoint');
  const second = opcode === 0x0f ? fetch(at + 1) : undefined;
  if (PRIVILEGED.has(opcode) || (second !== undefined && PRIVILEGED_TWO.has(second))) {
    return new MachineError('bad-access', 'an instruction that only a kernel may execute');
  }
  if (segment !== undefined && usesMemory(fetch, address)) {
    const what =
      segment === CODE_SEGMENT ? 'writes through cs' : 'uses a segment that does not exist';
    return new MachineError('bad-access', what);
  }
  return new MachineError('unknown-opcode', 'unknown instruction');
}

/** True if the instruction would be known, with a memory operand, if segments did not matter. */
function usesMemory(fetch: FetchByte, address: number): boolean {
  const plain: FetchByte = (at) => {
    const byte = fetch(at);
    return byte === CODE_SEGMENT || NO_SEGMENT.has(byte ?? 0) ? 0x3e : byte;
  };
  const instruction = decode(plain, address);
  if (instruction === undefined) return false;
  return (
    instruction.operation !== 'lea' && instruction.operands.some(({ kind }) => kind === MEMORY)
  );
}
