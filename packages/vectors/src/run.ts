// SPDX-License-Identifier: GPL-3.0-or-later
/** What reads and runs cases, without the suite: for programs that are no vitest tests. */
export {
  CASE_DIRECTORY,
  type CaseSettings,
  type Change,
  type Outcome,
  type VectorCase,
} from './case.ts';
export { builtCommands, nativeCommands, nativeTree } from './commands.ts';
export { listCases, listTools, loadCase, loadOutcome } from './load.ts';
export { type Command, runInFolder } from './run-in-folder.ts';
export { runInMemory } from './run-in-memory.ts';
