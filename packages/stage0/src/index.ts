// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The stage0 chain as a library: trees, engines, builds and their results. Nothing here touches the
 * platform; the `stage0` command and its files are in `src/node`.
 */
export { type AgainstResult, compareAgainst, type FirstWrong } from './against.ts';
export { ARCHITECTURES, type ArchitectureFacts } from './architectures.ts';
export { type Artifact, collectArtifacts, readAnswers, type Verdict } from './artifacts.ts';
export { type BuildOptions, type BuildResult, build } from './build.ts';
export {
  type CheckOptions,
  type CheckResult,
  check,
  type TimedBuild,
  treeDigest,
} from './check.ts';
export {
  type ArtifactDocument,
  type CheckDocument,
  checkDocument,
  type ProcessDocument,
} from './check-document.ts';
export {
  type Divergence,
  type DivergenceKind,
  firstDivergence,
  type InputDigest,
} from './compare.ts';
export { type NamedEngine, PORTS, portFor } from './engines.ts';
export {
  type Definition,
  Explainer,
  type ExplainOptions,
  type Explanation,
  explain,
  type Hop,
  type Place,
  type WayEnd,
} from './explain.ts';
export { explanationText } from './explain-text.ts';
export { type GraphNode, layOut } from './graph.ts';
export { htmlReport } from './html-report.ts';
export { machineEngine, portsAndMachine } from './machine-engine.ts';
export { type BuildDocument, buildDocument, buildTable } from './report.ts';
export { type RunOptions, type RunResult, runScript } from './run.ts';
export { rebuildCompiler, type SelfRebuild } from './self-rebuild.ts';
export type { StandInUse } from './stand-in-uses.ts';
export { type StandIn, type StandInRecord, standInFor } from './stand-ins.ts';
export { TOOLS } from './tools.ts';
export { copyTree, treeFromArchive } from './tree.ts';
export { type AdviceOptions, adviceFor, adviceForFile } from './tree-advice.ts';
export type { FileRecord, ProcessRecord, RunEvent } from './watch.ts';
