// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The stage0 chain as a library: trees, engines, builds and their results. Nothing here touches the
 * platform; the `stage0` command and its files are in `src/node`.
 */
export { type Artifact, collectArtifacts, readAnswers, type Verdict } from './artifacts.ts';
export {
  type BuildEvent,
  type BuildOptions,
  type BuildResult,
  build,
  type ProcessRecord,
} from './build.ts';
export { portFor, portsEngine } from './engines.ts';
export { type BuildDocument, buildDocument, buildTable } from './report.ts';
export { TOOLS } from './tools.ts';
export { treeFromArchive } from './tree.ts';
