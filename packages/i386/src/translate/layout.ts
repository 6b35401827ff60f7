// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where things are in a translated module: indices of imports and locals. Runtime and
 * emitter agree on them here.
 */
import { EAX, EBP, EBX, ECX, EDI, EDX, ESI, ESP, REGISTER_NAMES } from '../registers.ts';
import type { ImportedFunction, Signature } from './wasm.ts';

function imported(name: string, parameters: number, results: 0 | 1): ImportedFunction {
  return { name, signature: { parameters, results } };
}

/** In the order of their indices. `known` is always the flags that are right. */
export const IMPORTS: readonly ImportedFunction[] = [
  imported('systemCall', 6, 1), // eax, ebx, ecx, edx, next address, known → eax
  imported('step', 2, 0), // address, known
  imported('leave', 2, 0), // address, known; does not return
  imported('interpret', 5, 0), // target, return address, known, flags needed there, depth
  imported('callIndirect', 5, 1), // the same → address returned to
  imported('jumpIndirect', 4, 1), // target, known, flags needed by the caller, depth → as before
  imported('observe', 2, 0), // address, known
];

export const SYSTEM_CALL = 0;
export const STEP = 1;
export const LEAVE = 2;
export const INTERPRET = 3;
export const CALL_INDIRECT = 4;
export const JUMP_INDIRECT = 5;
export const OBSERVE = 6;

/** The name of the table that all modules of a process share: see pointer-calls.ts. */
export const POINTERS_NAME = 'pointers';

/** Functions that every module has, before those of the guest, in this order. */
export const QUICK_CALL = 0;
export const QUICK_COPY = 1;
export const QUICK_FILL = 2;
export const POINTER_CALL = 3;
/** Their names. */
export const HELPERS: readonly string[] = [
  ...['quickSystemCall', 'quickCopy', 'quickFill', 'quickPointerCall'],
];

/**
 * Registers in the order of their locals. The first are parameters of translated functions: V8
 * passes five integers in registers of the processor.
 */
const ORDER = [EAX, EBX, ESP, EBP, -1, ECX, EDX, ESI, EDI];
/** How many are passed. */
const PASSED_COUNT = 4;
/** Calls open within recursive groups, a parameter as well. */
export const DEPTH_LOCAL: number = ORDER.indexOf(-1);
/** Those that are passed. */
export const PASSED_REGISTERS: readonly number[] = ORDER.slice(0, PASSED_COUNT);
/** The same as bits. */
export const PASSED: number = PASSED_REGISTERS.reduce((all, register) => all | (1 << register), 0);
/**
 * A translated function: registers that are passed and depth → address returned to, and eax. V8
 * returns two integers in registers of the processor; compilers leave the result of a function in
 * eax, which the caller soon reads.
 */
export const GUEST_SIGNATURE: Signature = { parameters: PASSED_COUNT + 1, results: 2 };
/** What is returned in a register, as bits. */
export const RETURNED: number = 1 << EAX;

/** The local that is a register. */
export function localOf(register: number): number {
  return ORDER.indexOf(register);
}

export const FLAGS_LOCAL: number = ORDER.length;
/** Next block, where flow cannot be structured. */
export const LABEL_LOCAL: number = FLAGS_LOCAL + 1;
/** The address that a call returned to, or where the interpreter goes on. */
export const RETURN_LOCAL: number = FLAGS_LOCAL + 2;
/** Flags that are right there. */
export const KNOWN_LOCAL: number = FLAGS_LOCAL + 3;
/** Registers whose locals are right there. */
export const HELD_LOCAL: number = FLAGS_LOCAL + 4;
export const FIRST_TEMPORARY: number = FLAGS_LOCAL + 5;

/** Names of the locals before that, for people. */
export const LOCAL_NAMES: readonly string[] = [
  ...ORDER.map((register) => REGISTER_NAMES[register] ?? 'depth'),
  ...['flags', 'label', 'return', 'known', 'held'],
];

/** Calls within recursive groups before the interpreter takes over: each costs host stack. */
export const DEPTH_LIMIT = 1000;
