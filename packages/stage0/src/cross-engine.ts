// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The diverse engine for architectures other than x86: their scripts run with i386 programs of the
 * same release.
 *
 * First the tree's x86 tools are built without a byte of the tree's machine code
 * (diverse-engine.ts). Their C sources are the same for all architectures, so each does the work of
 * its namesake there. Hand-written tools of the architecture are replaced by the ports and
 * stand-ins of stand-ins.ts. Only the first compiler is the release's own M2-Planet, because it
 * knows that release's dialect of C and the names of the instructions in its M2libc.
 *
 * Invariant: no program of the architecture is executed. Every program that runs in another's place
 * is reported as a stand-in.
 */
import { ByteWriter, decodeLatin1, encodeLatin1 } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, requireOperand, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { type Engine, MemoryFiles, MemoryHost, type ProgramImage } from '@stage0-ts/host/memory';
import { type BuildOptions, build } from './build.ts';
import { FILE_TYPE, withKnownDialect } from './diverse-compiler.ts';
import { isElf } from './elf-magic.ts';
import { type NamedEngine, portFor } from './engines.ts';
import { layoutOf, recipeOf } from './layouts.ts';
import { type StandIn, type StandInRecord, standInFor } from './stand-ins.ts';
import { copyTree } from './tree.ts';

export interface CrossOptions {
  /** Runs i386 programs. */
  readonly machine: Engine;
  /** The diverse engine for the x86 scripts of this tree. */
  readonly x86: NamedEngine;
  /** The same with a first compiler that makes every `>>` a logical shift. */
  readonly logical: NamedEngine;
  /** Polled; when it returns true, the build of the x86 tools ends. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** An i386 program that replaces one of another architecture. */
interface CrossProgram extends StandInRecord {
  readonly image: ProgramImage;
}

/**
 * An engine for `arch` and the tree in `files`; this does not change the tree. Builds the x86
 * tools; throws ToolError when that fails.
 */
export function crossEngine(arch: string, files: MemoryFiles, options: CrossOptions): NamedEngine {
  const programs = x86Programs(arch, files, options);
  const byHand = handWritten(arch, programs, options.machine);
  const named = (path: string) => byHand(path) ?? programs.get(toolAt(path));
  return {
    name: options.x86.name,
    runsBinaries: false,
    nature: ({ path }) => (byHand(path) === undefined ? 'descendant' : 'stand-in'),
    standIn: (path) => {
      const found = named(path);
      return found && 'image' in found ? { ...found, run: unused } : found;
    },
    run: (image, argv, host) => {
      const found = named(image.path);
      if (found === undefined) {
        const message = `the tree's x86 build makes no such program, so none can run in place of this one for ${arch}`;
        throw new ToolError(message, { code: 'ENOEXEC', file: image.path });
      }
      return 'image' in found
        ? options.machine({ path: image.path, bytes: found.image.bytes }, argv, host)
        : { kind: 'exited', status: found.run(argv, host) };
    },
  };
}

/** An i386 program runs in the machine, never as a function over this host. */
const unused: Program = () => {
  throw new Error('a program for the i386 runs in the machine');
};

/** The tool that a path stands for; the file's own name if it is not one of ours. */
function toolAt(path: string): string {
  return portFor(path) ?? path.slice(path.lastIndexOf('/') + 1);
}

/** Builds the x86 tools with the diverse engine. For each tool: the program that was made last. */
function x86Programs(
  arch: string,
  files: MemoryFiles,
  { x86, logical, shouldStop }: CrossOptions,
): ReadonlyMap<string, CrossProgram> {
  const world = copyTree(files);
  const stop = shouldStop === undefined ? {} : { shouldStop };
  const { status, makers } = build(world, { ...x86Recipe(files), engine: x86, ...stop });
  const made = [...makers].sort(([, a], [, b]) => a - b).map(([path]) => path);
  const programs = new Map<string, CrossProgram>();
  for (const path of made) {
    const node = world.find(path, false);
    if (node?.kind !== 'file' || !isElf(node.bytes)) continue;
    const tool = toolAt(path);
    const port = path.slice(1);
    const reason = `the same source for the i386, which the diverse build of ${port} made`;
    programs.set(tool, { tool, port, reason, image: { path, bytes: node.bytes } });
  }
  const first = standInFor(arch, 'M2') && firstM2(files, logical);
  if (first !== undefined) {
    const reason = `cc_${arch}, which builds this M2, makes every >> logical: M2-Planet for the i386, built so`;
    programs.set('M2', { tool: 'M2', port: first.path.slice(1), reason, image: first });
  }
  if (status === 0 && programs.has('M2-Planet')) return programs;
  const message = `the tree's x86 tools, which do the work of those for ${arch}, cannot be built: stage0 build TREE --engine diverse shows why`;
  throw new ToolError(message, { code: 'no-cross-tools' });
}

function x86Recipe(files: MemoryFiles): BuildOptions {
  const layout = layoutOf(files, 'x86');
  return layout === undefined ? {} : recipeOf(layout, 'x86');
}

/** The first M2 of an x86 build. The build stops when that program is first run. */
function firstM2(files: MemoryFiles, engine: NamedEngine): ProgramImage | undefined {
  let found: ProgramImage | undefined;
  const run: Engine = (image, argv, host) => {
    if (toolAt(image.path) !== 'M2-Planet') return engine.run(image, argv, host);
    found ??= image;
    return { kind: 'exited', status: 1 };
  };
  const { name, nature, runsBinaries } = engine;
  build(copyTree(files), { ...x86Recipe(files), engine: { name, nature, runsBinaries, run } });
  return found;
}

/**
 * Folders for results. A utility of a later phase may have the same name there as a hand-written
 * tool.
 */
const RESULTS = new Set(['bin']);

/** What runs in place of the architecture's hand-written programs, by path. */
function handWritten(
  arch: string,
  programs: ReadonlyMap<string, CrossProgram>,
  machine: Engine,
): (path: string) => StandIn | CrossProgram | undefined {
  const compiler = firstCompiler(arch, programs.get('M2-Planet') as CrossProgram, machine);
  return (path) => {
    const [name = '', folder = ''] = path.split('/').reverse();
    if (name === compiler.tool) return compiler;
    if (name === 'M2' && programs.has('M2')) return programs.get('M2');
    if (name === 'catm') return RESULTS.has(folder) ? undefined : standInFor(arch, 'catm-minimal');
    return standInFor(arch, name) ?? standInFor(arch, portFor(path) ?? '');
  };
}

/** `cc_ARCH INPUT OUTPUT`, done by the release's own M2-Planet. */
function firstCompiler(arch: string, { image, port }: CrossProgram, machine: Engine): StandIn {
  const tool = `cc_${arch}`;
  const definitions = `/M2libc/${arch}/${arch}_defs.M1`;
  const run: Program = (argv, host) =>
    reportErrors(tool, host, () => {
      const input = requireOperand(argv, 1, 'the source file');
      const output = requireOperand(argv, 2, 'the output');
      requireDistinct(host, output, [input]);
      const source = encodeLatin1(withKnownDialect(decodeLatin1(host.readFile(input))));
      const out = new ByteWriter();
      out.write(host.readFile(definitions));
      out.write(compiled(image, arch, source, machine));
      host.writeFile(output, out.toBytes(), 0o600);
      return 0;
    });
  return {
    tool,
    port,
    reason: `hand-written for ${arch}; the release's M2-Planet compiles the same C to other code, which makes M2 only, with the definitions of M2libc before it`,
    run,
    otherCode: true,
  };
}

/** The compiler runs in a world of its own, so that the tree sees only an input and an output. */
function compiled(
  image: ProgramImage,
  arch: string,
  source: Uint8Array,
  machine: Engine,
): Uint8Array {
  const files = new MemoryFiles();
  files.writeFile('/M2-Planet', image.bytes, 0o755);
  files.writeFile('/FILE.c', encodeLatin1(FILE_TYPE), 0o644);
  files.writeFile('/in.c', source, 0o644);
  let said = '';
  const stderr = (bytes: Uint8Array) => {
    said += decodeLatin1(bytes);
  };
  const host = new MemoryHost({ files, engine: machine, stderr, stdout: stderr });
  const sources = ['-f', '/FILE.c', '-f', '/in.c'];
  const words = ['M2-Planet', '--architecture', arch, ...sources, '-o', '/out.M1'];
  const end = host.run('/M2-Planet', words, []);
  const output = files.find('/out.M1');
  if (end.kind === 'exited' && end.status === 0 && output?.kind === 'file') return output.bytes;
  throw new ToolError(`${image.path.slice(1)} does not compile this: ${said.trim()}`, {
    code: 'no-compile',
  });
}
