// SPDX-License-Identifier: GPL-3.0-or-later
/** Cases as data, and the ways to run them; test-vectors/README.md describes the format. */
export type { CaseSettings, Change, Outcome, Recording, VectorCase } from './case.ts';
export type { Command } from './case-folder.ts';
export { listCases, listTools, loadCase } from './load.ts';
export { runInFolder } from './run-in-folder.ts';
export { runInMemory } from './run-in-memory.ts';
export {
  expectSameWhenStrict,
  findingsOf,
  runOnSource,
  type StrictCase,
  type StrictCore,
  strictSuite,
} from './strict-suite.ts';
export { type SuiteOptions, vectorSuite } from './suite.ts';
