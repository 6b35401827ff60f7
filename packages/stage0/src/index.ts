// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The stage0 chain as a library: trees, engines, builds and their results. Nothing here touches the
 * platform; the `stage0` command and its files are in `src/node`.
 */

export { ARCHITECTURES, type ArchitectureFacts } from './architectures.ts';
export { type Artifact, collectArtifacts, readAnswers, type Verdict } from './artifacts.ts';
export { type BuildOptions, type BuildResult, build, type TimedBuild } from './build.ts';
export { type CheckOptions, type CheckResult, check } from './check.ts';
export {
  type ArtifactDocument,
  type BuildSummary,
  type CheckDocument,
  checkDocument,
  type ProcessDocument,
} from './check-document.ts';
export { checkText } from './check-text.ts';
export { type Choice, chooseEngine } from './choice.ts';
export {
  type Divergence,
  type DivergenceKind,
  type FinishedBuild,
  findDivergence,
  type InputDigest,
} from './compare.ts';
export { diverseEngine, exactEngine } from './diverse-engine.ts';
export { type NamedEngine, type Nature, PORTS, portFor } from './engines.ts';
export {
  type Definition,
  Explainer,
  type ExplainOptions,
  type Explanation,
  explain,
  type Hop,
  type Place,
  type TraceEnd,
} from './explain.ts';
export { explanationText } from './explain-text.ts';
export {
  type AgainstResult,
  compareAgainst,
  type FirstWrong,
  type ForeignBuild,
  type ForeignEntry,
  type ForeignLayout,
  foreignFiles,
  type OwnBuild,
} from './foreign-build.ts';
export { type Graph, type GraphLane, type GraphLanguage, type GraphNode, layOut } from './graph.ts';
export { graphMarkup } from './graph-markup.ts';
export {
  type AttachedGraph,
  attachGraph,
  type PageElement,
  type PageEvent,
} from './graph-script.ts';
export { GRAPH_STYLE } from './graph-style.ts';
export { htmlReport } from './html-report.ts';
export { knownSeed, releaseOf } from './known-releases.ts';
export {
  innerTree,
  LAYOUTS,
  type Layout,
  layoutNamed,
  layoutOf,
  type Recipe,
  recipeOf,
} from './layouts.ts';
export { machineEngine, portsAndMachine } from './machine-engine.ts';
export type { MadeByMachine } from './made-by-machine.ts';
export { meaningOf } from './meaning.ts';
export { nixBase32, sriOf } from './nix-base32.ts';
export type { OtherFile } from './other-code.ts';
export { type ProgramPiece, piecesAt, programMap } from './program-map.ts';
export type { EntryRecord, FileRecord, Printed, ProcessRecord } from './records.ts';
export { type BuildDocument, buildDocument, buildTable } from './report.ts';
export { type RunOptions, type RunResult, runScript } from './run.ts';
export { rebuildCompiler, type SelfRebuild } from './self-rebuild.ts';
export type { StandInUse } from './stand-in-uses.ts';
export { type StandIn, type StandInRecord, standInFor } from './stand-ins.ts';
export type { ArchiveDocument, ArchiveFacts, NarDocument, PartFacts, Subject } from './subject.ts';
export { TOOLS } from './tools.ts';
export { copyTree, treeFromArchive } from './tree.ts';
export { type AdviceOptions, adviceFor, adviceForFile } from './tree-advice.ts';
export { treeDigest } from './tree-digest.ts';
export {
  type Coverage,
  type Standing,
  type TrustedBinary,
  type TrustInput,
  trustedBinaries,
  type Uncompared,
} from './trust.ts';
export { UPSTREAM, UPSTREAM_NAME, type UpstreamRelease } from './upstream.ts';
export { type CheckVerdict, type Reason, trustLines, type VerdictKind } from './verdict.ts';
export type { Descent, RunEvent } from './watch.ts';
