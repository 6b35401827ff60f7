// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The stage0 chain as a library: trees, engines, builds and their results. Nothing here touches the
 * platform; the `stage0` command and its files are in `src/node`.
 */
export { type Artifact, collectArtifacts, readAnswers, type Verdict } from './artifacts.ts';
export { type BuildOptions, type BuildResult, build } from './build.ts';
export { type NamedEngine, PORTS, portFor } from './engines.ts';
export { type BuildDocument, buildDocument, buildTable } from './report.ts';
export { type RunOptions, type RunResult, runScript } from './run.ts';
export { TOOLS } from './tools.ts';
export { treeFromArchive } from './tree.ts';
export type { FileRecord, ProcessRecord, RunEvent } from './watch.ts';
