// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where things are in a translated module: indices of globals, imports and locals. Runtime and
 * emitter agree on them here.
 */
import { REGISTER_NAMES } from '../registers.ts';
import type { ImportedFunction } from './wasm.ts';

/** Globals 0 to 7 are the registers. */
export const FLAGS_GLOBAL = 8;
/** Calls open within recursive groups. */
export const DEPTH_GLOBAL = 9;
/** Instructions that may run before the next call of `tick`. */
export const FUEL_GLOBAL = 10;

/** How many places there are in the low region for a read of 1, 2 and 4 bytes: see access.ts. */
export const READ_LIMITS: Readonly<Record<number, number>> = { 1: 11, 2: 12, 4: 13 };
/** The same for writes, from the end of the code on. */
export const WRITE_LIMITS: Readonly<Record<number, number>> = { 1: 14, 2: 15, 4: 16 };

/** Globals that all modules of a process share. */
export const SHARED_GLOBALS: readonly string[] = [...REGISTER_NAMES, 'flags', 'depth', 'fuel'];
/** Those that each module has for itself: where its code ends differs. */
export const OWN_GLOBALS: readonly string[] = [
  ...['read1', 'read2', 'read4', 'write1', 'write2', 'write4'],
];
export const GLOBALS: readonly string[] = [...SHARED_GLOBALS, ...OWN_GLOBALS];

function imported(name: string, parameters: number, results: 0 | 1): ImportedFunction {
  return { name, signature: { parameters, results } };
}

/** In the order of their indices. `known` is always the flags that are right. */
export const IMPORTS: readonly ImportedFunction[] = [
  imported('systemCall', 6, 1), // eax, ebx, ecx, edx, next address, known → eax
  imported('step', 2, 0), // address, known
  imported('leave', 2, 0), // address, known; does not return
  imported('interpret', 4, 0), // target, return address, known, flags needed there
  imported('callIndirect', 4, 1), // the same → address returned to
  imported('observe', 2, 0), // address, known
  imported('tick', 1, 0), // address
];

export const SYSTEM_CALL = 0;
export const STEP = 1;
export const LEAVE = 2;
export const INTERPRET = 3;
export const CALL_INDIRECT = 4;
export const OBSERVE = 5;
export const TICK = 6;

/** The first function after the imports: see quick-calls.ts. */
export const QUICK_CALL: number = IMPORTS.length;

/** Locals 0 to 7 are the registers. */
export const FLAGS_LOCAL = 8;
/** Next block, where flow cannot be structured. */
export const LABEL_LOCAL = 9;
/** The address that a call returned to, or where the interpreter goes on. */
export const RETURN_LOCAL = 10;
/** Flags that are right there. */
export const KNOWN_LOCAL = 11;
export const FIRST_TEMPORARY = 12;

/** Names of the locals before that, for people. */
export const LOCAL_NAMES: readonly string[] = [
  ...[...REGISTER_NAMES, 'flags', 'label', 'return', 'known'],
];

/** Calls within recursive groups before the interpreter takes over: each costs host stack. */
export const DEPTH_LIMIT = 1000;
