// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The trace from a byte: file and offset → token by token, tool by tool, to a line of a source
 * file.
 *
 * A build is recorded with what every process read and wrote. The process that wrote the file runs
 * again with a provenance map (rerun.ts). The map leads to a token in one of its inputs. Then that
 * file is traced in the same way, as it was when the process read it. Invariant: every hop goes to
 * an earlier process, so that the trace ends.
 */
import { decodeLatin1, type SourceRange } from '@stage0-ts/bytes';
import { codeFrame, locate, ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { type BuildOptions, type BuildResult, build } from './build.ts';
import { firstDifference } from './compare-trees.ts';
import { loadBias } from './elf-address.ts';
import { fittedTo, type NamedEngine, PORTS } from './engines.ts';
import { portsAndMachine } from './machine-engine.ts';
import { type ProgramPiece, piecesAt, programMap } from './program-map.ts';
import type { ProcessRecord } from './records.ts';
import { describeFailures } from './report.ts';
import { type MappedOutput, rerun, type Symlink, symlinksOf } from './rerun.ts';
import { findCommand } from './script-line.ts';

/** A piece of a text file, either from the tree or made by the build. */
export interface Place {
  /** Path in the tree, without leading slash. */
  readonly file: string;
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the byte after the last one. */
  readonly end: number;
  /** Counted from 1. */
  readonly line: number;
  /** In bytes, counted from 1. */
  readonly column: number;
  /** The piece, with one character for each byte. */
  readonly text: string;
  /** Its line, and a caret below its first byte: two lines, each with a line end. */
  readonly frame: string;
}

/** What a token names, and where that is defined. */
export interface Definition extends Place {
  readonly kind: 'label' | 'macro' | 'function';
  /** For a label in a program: its address. */
  readonly address: number | null;
  /**
   * The same, traced down to a file of the tree; null if it is there already, or cannot be traced.
   */
  readonly source: Place | null;
}

/** What one process did with a piece. */
export interface Hop {
  /** The file that the piece is in, a path in the tree. */
  readonly file: string;
  /** Offsets of the piece. In a text file, only the part on one line. */
  readonly start: number;
  readonly end: number;
  /** Address of its first byte, if the file is a program. */
  readonly address: number | null;
  /**
   * The piece: bytes of a program in hexadecimal; text of other files with one character for each
   * byte.
   */
  readonly text: string;
  /** The process that wrote it, by its step in the build. */
  readonly step: number;
  /** Upstream's name of the tool. */
  readonly tool: string;
  /** What ran in its place, if not its own port. */
  readonly standIn: string | null;
  readonly argv: readonly string[];
  /**
   * The command of a kaem script that the process is, or belongs to; null when it cannot be found.
   */
  readonly command: Place | null;
  /** The token that the piece was made from; null for text that the tool writes for any input. */
  readonly origin: Place | null;
  readonly definition: Definition | null;
}

/** How a trace ends. */
export type TraceEnd =
  /** A token of a file that no process made. */
  | { readonly kind: 'source'; readonly place: Place }
  /** Text of the tool itself; the trace ends at the command. */
  | { readonly kind: 'tool'; readonly place: Place | null }
  /**
   * The tool makes no maps, for example an unpacker; or the program comes from the tree and has no
   * port.
   */
  | { readonly kind: 'unmapped'; readonly place: Place | null };

/** The trace from one byte; also the document of `stage0 explain --json`. */
export interface Explanation {
  readonly version: 1;
  readonly arch: string;
  /** Path in the tree. */
  readonly file: string;
  readonly offset: number;
  /** Bytes of the file. */
  readonly size: number;
  /** The byte's value. */
  readonly byte: number;
  /** Its address, if the file is a program. */
  readonly address: number | null;
  /** At least one, from the file to the source. */
  readonly hops: readonly Hop[];
  readonly end: TraceEnd;
  /** What failed later in the build; null if nothing did. */
  readonly failure: string | null;
  /**
   * Set for a binary that came with the tree: the file with the same bytes that the build makes
   * from source, and that is explained in its place; otherwise null.
   */
  readonly twin: string | null;
  /**
   * What the byte is in a program for the i386: the field or instruction, or two fields of headers
   * that overlap.
   */
  readonly pieces: readonly ProgramPiece[];
}

export type ExplainOptions = Pick<
  BuildOptions,
  'arch' | 'engine' | 'onEvent' | 'script' | 'directory' | 'environment' | 'shell' | 'shouldStop'
>;

const LINE_FEED = 0x0a;

/** How many maps are kept. A trace has about ten hops. */
const MAX_KEPT_MAPS = 24;

/** A trace of more hops goes round in a circle, and is given up. */
const MAX_HOPS = 1000;

/** A file at one moment of the build. */
interface Version {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Step of its maker; undefined for a file of the tree. */
  readonly madeBy: number | undefined;
}

/**
 * Build the tree in `files`, and change it; then explain one byte of a file that it made.
 *
 * Throws what {@link Explainer} throws.
 */
export function explain(
  files: MemoryFiles,
  path: string,
  offset: number,
  options: ExplainOptions = {},
): Explanation {
  return Explainer.build(files, options).explain(path, offset);
}

/** A recorded build, to explain any number of bytes. Maps are made when a trace needs them. */
export class Explainer {
  readonly result: BuildResult;
  private readonly files: MemoryFiles;
  private readonly links: readonly Symlink[];
  /** What the processes ran with: the architecture, and our ports as this tree needs them. */
  private readonly world: { readonly arch: string; readonly ports: NamedEngine };
  private readonly maps = new Map<string, MappedOutput | undefined>();
  /** What failed, as text; null when nothing did. */
  private readonly failure: string | null;
  /** The program that was asked for last, and what its bytes are. */
  private program: { readonly bytes: Uint8Array; readonly pieces: ProgramPiece[] } | undefined;

  /** @param result a build of `files` by our ports with the option `record`; it may have failed. */
  constructor(files: MemoryFiles, result: BuildResult) {
    this.files = files;
    this.result = result;
    this.links = symlinksOf(files);
    const { arch } = result;
    this.world = { arch, ports: fittedTo(PORTS, files, arch) };
    const { status, failures } = result;
    this.failure =
      status === 0 && failures.length === 0 ? null : describeFailures(result).trimEnd();
  }

  /**
   * Build the tree in `files`, as far as it can be built; this changes `files`. Programs without a
   * port run in the machine, unless the options name another engine. Throws what {@link build}
   * throws.
   */
  static build(files: MemoryFiles, options: ExplainOptions = {}): Explainer {
    const engine = options.engine ?? portsAndMachine();
    return new Explainer(files, build(files, { ...options, engine, record: true }));
  }

  /**
   * The trace from the byte at `offset` of the file at `path`, as the build left it.
   *
   * Throws a ToolError if the file does not exist or was not made by the build, or if the offset is
   * outside the file. If the build failed before it made the file, the error says what failed.
   */
  explain(path: string, offset: number): Explanation {
    const { bytes, madeBy, path: own } = this.final(path);
    const file = own.slice(1);
    const first = madeBy === undefined ? this.twinOf(file, bytes) : { path: own, bytes, madeBy };
    if (!(Number.isInteger(offset) && offset >= 0 && offset < bytes.length)) {
      const message = `offset ${offset} is outside of the file, which has ${bytes.length} bytes`;
      throw new ToolError(message, { code: 'bad-offset', file });
    }
    const { hops, end } = this.wayDown(first, offset);
    const { arch } = this.result;
    const byte = bytes[offset] as number;
    const address = addressOf(bytes, offset);
    const { failure } = this;
    return {
      version: 1,
      arch,
      file,
      offset,
      size: bytes.length,
      byte,
      address,
      hops,
      end,
      failure,
      twin: first.path === own ? null : first.path.slice(1),
      pieces: piecesAt(this.piecesOf(bytes), offset),
    };
  }

  private piecesOf(bytes: Uint8Array): readonly ProgramPiece[] {
    if (this.program?.bytes !== bytes) this.program = { bytes, pieces: programMap(bytes) };
    return this.program.pieces;
  }

  /**
   * The file that the build made with the same bytes as a file that came with the tree, such as a
   * seed.
   */
  private twinOf(file: string, bytes: Uint8Array): Version {
    for (const { step, made, outputs } of bytes.length === 0 ? [] : this.result.processes) {
      for (const path of made) {
        const output = outputs.get(path);
        if (output?.kind !== 'file' || firstDifference(output.bytes, bytes) >= 0) continue;
        return { path, bytes: output.bytes, madeBy: step };
      }
    }
    const message =
      'no process of the build made this file, or one with the same bytes: it is a source';
    throw new ToolError(message, { code: 'not-made', file });
  }

  /** The file as it is now. */
  private final(path: string): Version {
    const absolute = path.startsWith('/') ? path : `/${path}`;
    const node = this.files.find(absolute);
    if (node?.kind !== 'file') throw this.notThere(path);
    const real = this.files.realPath(absolute);
    return { path: real, bytes: node.bytes, madeBy: this.result.makers.get(real) };
  }

  private notThere(path: string): ToolError {
    if (this.failure === null) {
      const message = 'the file does not exist at the end of the build';
      return new ToolError(message, { code: 'ENOENT', file: path });
    }
    const advice = this.result.advice.map((sentence) => `${sentence}\n`).join('');
    const message = `the tree does not build, and has not made ${path}\n${advice}${this.failure}`;
    return new ToolError(message.trimEnd(), { code: 'build-failed' });
  }

  private wayDown(first: Version, offset: number): Pick<Explanation, 'hops' | 'end'> {
    const hops: Hop[] = [];
    const seen = new Set<string>();
    let [version, at, length] = [first, offset, 1];
    for (;;) {
      const process = this.maker(version.madeBy as number);
      const output = this.mapped(process, version);
      const hop = this.hop(process, version, output, at, length);
      hops.push(hop);
      // A program of the tree may read what it wrote itself, or what a process that it started
      // wrote.
      const key = `${process.step} ${version.path} ${at}`;
      if (hop.origin === null || seen.has(key)) {
        return {
          hops,
          end: { kind: output === undefined ? 'unmapped' : 'tool', place: hop.command },
        };
      }
      seen.add(key);
      version = this.input(process, `/${hop.origin.file}`);
      if (version.madeBy === undefined) return { hops, end: { kind: 'source', place: hop.origin } };
      [at, length] = follow(hop.origin, version);
    }
  }

  /** Where a place in an input of the process comes from: a place in the tree. */
  private sourceOf(process: ProcessRecord, place: Place): Place | null {
    let version = this.input(process, `/${place.file}`);
    let found: Place | null = null;
    let current = place;
    for (let hops = 0; version.madeBy !== undefined; hops++) {
      if (hops > MAX_HOPS) return null;
      const maker = this.maker(version.madeBy);
      const output = this.mapped(maker, version);
      const origin = output?.map.lookup(...follow(current, version)).origin;
      if (origin === undefined) return null;
      found = this.place(maker, output, origin);
      current = found;
      version = this.input(maker, `/${found.file}`);
    }
    return found;
  }

  /** The process of a step; for step 0 the first shell. */
  private maker(step: number): ProcessRecord {
    const { processes, shell } = this.result;
    return (step === 0 ? shell : processes[step - 1]) as ProcessRecord;
  }

  private hop(
    process: ProcessRecord,
    { path, bytes }: Version,
    output: MappedOutput | undefined,
    at: number,
    length: number,
  ): Hop {
    const piece = output?.map.lookup(at, length);
    const isProgram = loadBias(bytes) !== undefined;
    const whole = { start: piece?.outputStart ?? at, end: piece?.outputEnd ?? at + 1 };
    const isCopy =
      whole.end - whole.start === (piece?.origin?.end ?? 0) - (piece?.origin?.start ?? 0);
    const { start, end } = isProgram || isCopy ? whole : lineOf(bytes, at, whole);
    return {
      file: path.slice(1),
      start,
      end,
      address: addressOf(bytes, start),
      text: isProgram ? hexOf(bytes, start, end) : decodeLatin1(bytes, start, end),
      step: process.step,
      tool: process.tool ?? process.path,
      standIn: process.standIn?.port ?? null,
      argv: process.argv,
      command: this.command(process),
      origin: piece?.origin === undefined ? null : this.place(process, output, piece.origin),
      definition: this.definition(process, bytes, output, piece?.definition),
    };
  }

  private place(
    process: ProcessRecord,
    output: MappedOutput | undefined,
    { source, start, end }: SourceRange,
  ): Place {
    const path = output?.sources[source] as string;
    return placeIn(path, this.input(process, path).bytes, start, end);
  }

  private definition(
    process: ProcessRecord,
    image: Uint8Array,
    output: MappedOutput | undefined,
    range: SourceRange | undefined,
  ): Definition | null {
    if (output === undefined || range === undefined) return null;
    const kind = definitionKind(process.standIn?.port ?? process.tool);
    const isLabel = kind === 'label';
    const address = isLabel
      ? addressOf(image, output.map.firstOutputAtOrAfter(range.source, range.start))
      : null;
    const place = this.place(process, output, range);
    return { ...place, kind, address, source: this.sourceOf(process, place) };
  }

  /** The file as the process read it. */
  private input(process: ProcessRecord, path: string): Version {
    const record = process.inputs.get(path);
    if (record !== undefined) return { path, bytes: record.bytes, madeBy: record.madeBy };
    const message = `step ${process.step} has not read this file`;
    throw new ToolError(message, { code: 'no-input', file: path.slice(1) });
  }

  /** The map of a version of a file; the most recent ones are kept. */
  private mapped(process: ProcessRecord, { path, bytes }: Version): MappedOutput | undefined {
    const key = `${process.step} ${path}`;
    const known = this.maps.get(key);
    const mapped = this.maps.has(key)
      ? known
      : rerun(process, { path, bytes }, this.world, this.links);
    this.maps.delete(key);
    this.maps.set(key, mapped);
    if (this.maps.size > MAX_KEPT_MAPS) this.maps.delete(this.maps.keys().next().value as string);
    return mapped;
  }

  /** The command in the script that started the process or one of its ancestors. */
  private command(process: ProcessRecord): Place | null {
    let child = process;
    let shell = this.parent(child);
    while (shell !== undefined && !isShell(shell)) {
      child = shell;
      shell = this.parent(child);
    }
    const script = shell === undefined ? this.firstScript() : scriptOf(shell);
    if (script === undefined) return null;
    const command = findCommand(script.bytes, child.argv);
    return command === undefined
      ? null
      : placeIn(script.path, script.bytes, command.start, command.end);
  }

  private parent({ parent }: ProcessRecord): ProcessRecord | undefined {
    return this.result.processes[parent - 1];
  }

  /** As the first shell read it: a process may have changed the script since. */
  private firstScript(): { readonly path: string; readonly bytes: Uint8Array } | undefined {
    const { shell } = this.result;
    if (shell !== undefined) return scriptOf(shell);
    const node = this.files.find(this.result.script);
    if (node?.kind !== 'file') return undefined;
    return { path: this.files.realPath(this.result.script), bytes: node.bytes };
  }
}

/**
 * Offset and length of a place in its file. An empty place at the end means the end of the last
 * line.
 */
function follow({ start, end }: Place, { bytes }: Version): [at: number, length: number] {
  return [Math.max(Math.min(start, bytes.length - 1), 0), Math.max(end - start, 1)];
}

function isShell({ tool }: ProcessRecord): boolean {
  return tool === 'kaem' || tool === 'kaem-minimal';
}

/** The script that a shell read: the first file that it opened, besides its own. */
function scriptOf(
  shell: ProcessRecord,
): { readonly path: string; readonly bytes: Uint8Array } | undefined {
  const found = [...shell.inputs].find(([path]) => path !== shell.path);
  return found && { path: found[0], bytes: found[1].bytes };
}

function definitionKind(tool: string | undefined): Definition['kind'] {
  if (tool === 'M0' || tool === 'M1' || tool === 'M2-Mesoplanet') return 'macro';
  return tool === 'M2-Planet' || tool === 'cc_x86' ? 'function' : 'label';
}

/** @param path absolute. */
function placeIn(path: string, bytes: Uint8Array, start: number, end: number): Place {
  const frame = codeFrame(bytes, start);
  const text = decodeLatin1(bytes, start, end);
  return { file: path.slice(1), start, end, ...locate(bytes, start), text, frame };
}

/**
 * The part of a piece of text that is on the same line as the byte at `at`, with the line's end.
 */
function lineOf(
  bytes: Uint8Array,
  at: number,
  piece: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } {
  const before = at === 0 ? -1 : bytes.lastIndexOf(LINE_FEED, at - 1);
  const lineFeed = bytes.indexOf(LINE_FEED, at);
  const lineEnd = lineFeed < 0 ? bytes.length : lineFeed + 1;
  return { start: Math.max(piece.start, before + 1), end: Math.min(piece.end, lineEnd) };
}

function addressOf(image: Uint8Array, offset: number): number | null {
  const bias = loadBias(image);
  return bias === undefined ? null : bias + offset;
}

function hexOf(bytes: Uint8Array, start: number, end: number): string {
  return Array.from(bytes.subarray(start, end), (byte) =>
    byte.toString(16).toUpperCase().padStart(2, '0'),
  ).join(' ');
}
