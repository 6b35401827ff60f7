// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The diverse and the exact engine: a chain of any release, without any machine code that came with
 * the tree.
 *
 * Hand-written tools (the seeds, hex0, hex1, hex2-0, catm, M0, kaem-minimal) have the same language
 * in every release, so our ports do their work. Tools in C differ between releases: they run in the
 * machine, as our compiler and its descendants compiled them. Between the two is cc_x86, whose one
 * job is to compile that release's M2-Planet. In a *diverse* build our M2-Planet does that, with
 * different code as its result; from then on every file must equal that of the tree's own chain
 * (Wheeler 2009). In an *exact* build our port of cc_x86 does it, if it follows the tree's cc_x86:
 * then all files must be equal.
 *
 * Invariant: a program is refused if it came with the tree, was made from a binary that did
 * (origins.ts; the run checks that), or has the bytes of a program of the tree.
 */
import { ccX86For } from '@stage0-ts/cc-x86';
import { ToolError } from '@stage0-ts/diagnostics';
import { hex0 } from '@stage0-ts/hex0';
import { hex1 } from '@stage0-ts/hex1';
import { hex2_0 } from '@stage0-ts/hex2';
import type { Program } from '@stage0-ts/host';
import type { MemoryFiles, ProgramImage } from '@stage0-ts/host/memory';
import type { EngineOptions } from '@stage0-ts/i386';
import { kaemMinimal } from '@stage0-ts/kaem';
import { M0 } from '@stage0-ts/m1';
import { catmMinimal, sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { COMPILER_SOURCE, compilerDialect } from './compiler-dialects.ts';
import { crossEngine } from './cross-engine.ts';
import { firstCompiler } from './diverse-compiler.ts';
import { isElf } from './elf-magic.ts';
import type { NamedEngine } from './engines.ts';
import { machineEngine } from './machine-engine.ts';
import type { StandIn } from './stand-ins.ts';
import { copyTree } from './tree.ts';

const BY_HAND = 'written by hand; one language in every release';

/** What runs in place of a hand-written tool, by the names that scripts use for it. */
const HAND_WRITTEN: ReadonlyMap<string, StandIn> = new Map(
  (
    [
      [['hex0', 'hex0-seed'], 'hex0', hex0],
      [['hex1'], 'hex1', hex1],
      [['hex2-0'], 'hex2-0', hex2_0],
      [['catm'], 'catm-minimal', catmMinimal],
      [['M0'], 'M0', M0],
      [['kaem-0', 'kaem-minimal', 'kaem-optional-seed'], 'kaem-minimal', kaemMinimal],
    ] as const
  ).flatMap(([names, port, run]) =>
    names.map((name) => [name, { tool: port, port, reason: BY_HAND, run }] as const),
  ),
);

/** The program that does the work of cc_x86. */
interface FirstCompiler {
  readonly engine: 'diverse' | 'exact';
  readonly run: Program;
  /** undefined if that is our port of cc_x86. */
  readonly standIn: StandIn | undefined;
}

const OUR_M2_PLANET: StandIn = {
  tool: 'cc_x86',
  port: 'M2-Planet',
  reason:
    "compiles the release's M2-Planet to other code, which makes the first M2 and nothing else",
  run: firstCompiler(),
  otherCode: true,
};
/** For an architecture whose first compiler makes every `>>` a logical shift. */
const LOGICAL: StandIn = { ...OUR_M2_PLANET, run: firstCompiler({ logicalShiftRight: true }) };

const diverse = (standIn: StandIn): FirstCompiler => ({
  engine: 'diverse',
  run: standIn.run,
  standIn,
});
const exact = (run: Program): FirstCompiler => ({ engine: 'exact', run, standIn: undefined });

/**
 * Folders for results. A utility of a later phase may have the same name there as a hand-written
 * tool.
 */
const RESULTS = new Set(['bin']);

/**
 * Runs x86 chains, and those of other architectures for a tree that it knows. Build with {@link
 * NamedEngine.forTree}: an engine that knows no tree refuses no program.
 */
export function diverseEngine(options: EngineOptions = {}): NamedEngine {
  return engineFor(options, new Set(), diverse(OUR_M2_PLANET), () => diverse(OUR_M2_PLANET));
}

/**
 * Like {@link diverseEngine}, but with our port of cc_x86, so that the first compiler is the
 * release's own, byte for byte. {@link NamedEngine.forTree} throws ToolError for a tree whose
 * cc_x86 has a source that the port does not follow.
 */
export function exactEngine(options: EngineOptions = {}): NamedEngine {
  return engineFor(options, new Set(), exact(ccX86For('1.9.0')), (files) => {
    const dialect = compilerDialect(files);
    if (dialect !== undefined) return exact(ccX86For(dialect));
    const message = `our port of cc_x86 does not follow ${COMPILER_SOURCE} of this tree: the diverse build needs no port of it (--engines diverse,i386)`;
    throw new ToolError(message, { code: 'no-dialect' });
  });
}

/** Chooses what does the work of a tree's cc_x86. */
type Chosen = (files: MemoryFiles) => FirstCompiler;

/** The engine for one tree, and for the architectures for which it has scripts. */
function engineForTree(options: EngineOptions, files: MemoryFiles, chosen: Chosen): NamedEngine {
  const given = programsOf(files);
  const source = copyTree(files);
  const x86 = engineFor(options, given, chosen(files), chosen);
  return {
    ...x86,
    forArchitecture: (arch) => {
      if (arch === 'x86') return x86;
      const logical = engineFor(options, given, diverse(LOGICAL), chosen);
      const machine = machineEngine(options).run;
      return crossEngine(arch, source, { x86, logical, machine, shouldStop: options.shouldStop });
    },
  };
}

/** @param given digests of the programs that came with the tree. */
function engineFor(
  options: EngineOptions,
  given: ReadonlySet<string>,
  compiler: FirstCompiler,
  chosen: Chosen,
): NamedEngine {
  const machine = machineEngine(options);
  const isGiven = ({ bytes }: ProgramImage) => given.size > 0 && given.has(sha256Hex(bytes));
  const standIn = (path: string) => (isFirstCompiler(path) ? compiler.standIn : undefined);
  const programAt = (path: string) => (isFirstCompiler(path) ? compiler.run : portOf(path)?.run);
  return {
    name: compiler.engine,
    runsBinaries: true,
    refusesGiven: true,
    forTree: (files) => engineForTree(options, files, chosen),
    standIn,
    nature: ({ path }) => {
      if (programAt(path) === undefined) return 'descendant';
      return standIn(path) === undefined ? 'port' : 'stand-in';
    },
    run: (image, argv, host) => {
      const program = programAt(image.path);
      if (program !== undefined) return { kind: 'exited', status: program(argv, host) };
      if (!isGiven(image)) return machine.run(image, argv, host);
      const message =
        'a file with these bytes came with the tree, and this build runs none of those';
      throw new ToolError(message, { code: 'ENOEXEC', file: image.path });
    },
  };
}

function isFirstCompiler(path: string): boolean {
  return path.endsWith('/cc_x86');
}

function portOf(path: string): StandIn | undefined {
  const [name = '', folder = ''] = path.split('/').reverse();
  return RESULTS.has(folder) ? undefined : HAND_WRITTEN.get(name);
}

function programsOf(files: MemoryFiles): Set<string> {
  const programs = [...files.files()].filter(([, { bytes }]) => isElf(bytes));
  return new Set(programs.map(([, { bytes }]) => sha256Hex(bytes)));
}
