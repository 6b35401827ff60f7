// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs packed cases in a world in memory and checks them: for tests in the browser. */
export { checkOutcome } from './check.ts';
export { type PackedCase, unpackCase } from './expectation.ts';
export { runInMemory } from './run-in-memory.ts';
