// SPDX-License-Identifier: GPL-3.0-or-later
/** Reads and runs cases, without the suite: for programs that are not vitest tests. */
export {
  CASE_DIRECTORY,
  type CaseSettings,
  type Change,
  type Outcome,
  type VectorCase,
} from './case.ts';
export type { Command } from './case-folder.ts';
export { builtCommands, nativeCommands, nativeTree } from './commands.ts';
export { listCases, listTools, loadCase, loadOutcome } from './load.ts';
export { runInChild } from './run-in-child.ts';
export { runInFolder } from './run-in-folder.ts';
export { runInMemory } from './run-in-memory.ts';
