// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where things are in a translated module: indices of imports and locals. Runtime and
 * emitter agree on them here.
 */
import { REGISTER_NAMES } from '../registers.ts';
import type { ImportedFunction } from './wasm.ts';

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
  imported('jumpIndirect', 3, 1), // target, known, flags needed by the caller → as before
  imported('observe', 2, 0), // address, known
  imported('tick', 1, 0), // address
];

export const SYSTEM_CALL = 0;
export const STEP = 1;
export const LEAVE = 2;
export const INTERPRET = 3;
export const CALL_INDIRECT = 4;
export const JUMP_INDIRECT = 5;
export const OBSERVE = 6;
export const TICK = 7;

/** Functions that every module has, before those of the guest, in this order. */
export const QUICK_CALL = 0;
export const QUICK_COPY = 1;
export const QUICK_FILL = 2;
/** Their names. */
export const HELPERS: readonly string[] = ['quickSystemCall', 'quickCopy', 'quickFill'];

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
