// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What runs when a script starts a path.
 *
 * The ports engine runs the TypeScript port that the file's *name* stands for; the host has already
 * made sure that the file exists and is executable. The names are those that upstream's scripts
 * give to their tools: the tool's own, or with the number of the build stage after it (`M1-0`,
 * `hex2-1`), or a seed's.
 */
import { ccX86For } from '@stage0-ts/cc-x86';
import { ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import type { Engine, MemoryFiles, ProgramImage } from '@stage0-ts/host/memory';
import { m2PlanetFor } from '@stage0-ts/m2-planet';
import { compilerDialect } from './compiler-dialects.ts';
import type { MadeByMachine } from './made-by-machine.ts';
import { planetDialect } from './planet-dialects.ts';
import { type StandIn, standInFor } from './stand-ins.ts';
import { TOOLS } from './tools.ts';

/** Names that are not derived from the tool's own. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['hex0-seed', 'hex0'],
  ['kaem-optional-seed', 'kaem-minimal'],
  ['kaem-0', 'kaem-minimal'],
  ['artifact/catm', 'catm-minimal'],
  ['M2', 'M2-Planet'],
]);

/**
 * Upstream's name of the tool that an executable at `path` stands for, or undefined. A name says
 * nothing about the content: see {@link NamedEngine.madeByMachine}.
 */
export function portFor(path: string): string | undefined {
  const [name = '', folder = ''] = path.split('/').reverse();
  const alias = ALIASES.get(`${folder}/${name}`) ?? ALIASES.get(name);
  if (alias !== undefined) return alias;
  return [name, name.replace(/-\d+$/, '')].find((tool) => Object.hasOwn(TOOLS, tool));
}

/**
 * What runs when a path is started: our port of the tool, another port in its place, our port in
 * every build because the file is a launcher that names it, or the file itself, in our machine or
 * on this computer's kernel. A *descendant* is a file that runs in our machine and was made by our
 * compiler, or by what that compiled. It contains no machine code of the tree.
 */
export type Nature = 'port' | 'stand-in' | 'launcher' | 'machine' | 'descendant' | 'native';

/**
 * These run none of the tree's machine code. A check with two of them compares our ports with the
 * tree's own source.
 */
export const RUNS_NO_CODE: ReadonlySet<string> = new Set(['ports', 'exact', 'diverse']);

/** An engine, and what other modules need to know about it. */
export interface NamedEngine {
  readonly name: string;
  readonly run: Engine;
  /** What `run` does with a file. */
  readonly nature: (image: ProgramImage) => Nature;
  /** True when the files' own content runs; false when only their names count. */
  readonly runsBinaries: boolean;
  /**
   * True if it refuses to run binaries of the tree, and whatever was made from them: see
   * origins.ts. Default: false.
   */
  readonly refusesGiven?: boolean;
  /** True when what a program starts cannot be seen. Default: false. */
  readonly hidesProcesses?: boolean;
  /** The same engine for an architecture other than x86; absent if that makes no difference. */
  readonly forArchitecture?: (arch: string) => NamedEngine;
  /** The same engine for one tree, given in its state before the build. */
  readonly forTree?: (files: MemoryFiles) => NamedEngine;
  /** Contents that no port may replace, whatever the file's name; absent if names do not count. */
  readonly madeByMachine?: MadeByMachine;
  /** What runs instead of the program at a path, when that is not its own port. */
  readonly standIn?: (path: string) => StandIn | undefined;
}

/**
 * Runs our ports. Throws ENOEXEC for a name without a port. For a tree, the ports of cc_x86 and
 * M2-Planet have the dialects of the tree's own, where these are known.
 */
export const PORTS: NamedEngine = portsWith(TOOLS);

/** `engine`, fitted to an architecture and to a tree in its state before the build. */
export function fittedTo(engine: NamedEngine, files: MemoryFiles, arch: string): NamedEngine {
  const known = engine.forTree?.(files) ?? engine;
  return known.forArchitecture?.(arch) ?? known;
}

function portsWith(tools: typeof TOOLS): NamedEngine {
  return {
    name: 'ports',
    runsBinaries: false,
    forTree: (files) => {
      const first = compilerDialect(files);
      const planet = planetDialect(files);
      if (first === undefined && planet === undefined) return PORTS;
      return portsWith({
        ...TOOLS,
        ...(first !== undefined && { cc_x86: ccX86For(first) }),
        ...(planet !== undefined && { 'M2-Planet': m2PlanetFor(planet) }),
      });
    },
    forArchitecture: (arch) => portsFor(arch, tools),
    nature: () => 'port',
    run: ({ path }, argv, host) => ({ kind: 'exited', status: portAt(path, tools)(argv, host) }),
  };
}

/** The ports, and stand-ins for what is hand-written for `arch`. */
function portsFor(arch: string, tools: typeof TOOLS): NamedEngine {
  const standIn = (path: string): StandIn | undefined => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return standInFor(arch, name) ?? standInFor(arch, portFor(path) ?? '');
  };
  return {
    ...portsWith(tools),
    standIn,
    nature: ({ path }) => (standIn(path) === undefined ? 'port' : 'stand-in'),
    run: (image, argv, host) => {
      const program = standIn(image.path)?.run ?? portAt(image.path, tools);
      return { kind: 'exited', status: program(argv, host) };
    },
  };
}

function portAt(path: string, tools: typeof TOOLS): Program {
  const tool = portFor(path);
  if (tool !== undefined) return tools[tool] as Program;
  throw new ToolError('there is no port of this program', { code: 'ENOEXEC', file: path });
}
