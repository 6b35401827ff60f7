// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A whole executable → one WebAssembly module, and the cache of such programs.
 *
 * Translated is the segment with the entry point. Invariant: a cached program is used only for the
 * same bytes and the same options.
 */
import { type Executable, readExecutable, type Segment } from '../elf.ts';
import { PAGE, READABLE, roundUp, WRITABLE } from '../memory.ts';
import type { AccessLayout, Range } from './access.ts';
import { changesItself, codeRanges, discover } from './discover.ts';
import { analyseProgram, type FunctionFacts } from './facts.ts';
import { type EmittedFunction, emitFunction, type ModuleContext } from './function.ts';
import {
  DEPTH_LIMIT,
  GLOBALS,
  IMPORTS,
  OWN_GLOBALS,
  QUICK_CALL,
  SHARED_GLOBALS,
} from './layout.ts';
import { type WasmModule, webAssembly } from './platform.ts';
import { quickSystemCall } from './quick-calls.ts';
import { encodeModule } from './wasm.ts';

export interface TranslationOptions {
  /** Bytes of stack in the memory. */
  readonly stackSize: number;
  readonly metered: boolean;
  readonly observed: boolean;
  readonly depthLimit?: number;
}

/** What remains of a function's facts; see {@link FunctionFacts}. */
export interface TranslatedFunction {
  /** Flags live at its entry. */
  readonly liveIn: number;
  readonly liveOut: number;
  readonly changes: number;
  readonly recursive: boolean;
}

/** A translated executable. */
export interface TranslatedProgram {
  readonly module: WasmModule;
  /** By entry address. */
  readonly functions: ReadonlyMap<number, TranslatedFunction>;
  /** Names of exported functions by entry address. */
  readonly exports: ReadonlyMap<number, string>;
  /** Guest addresses [start, end) of what was translated, in order and apart. */
  readonly ranges: readonly Range[];
  /** See access.ts. */
  readonly readStart: number;
  readonly writeStart: number;
  readonly depthLimit: number;
  /** The bytes of the file at a guest address of the segment. */
  readonly code: { readonly start: number; readonly bytes: Uint8Array };
  /** Does some instruction store to a constant address at which there is code? */
  storesToCode(): boolean;
  /** Functions that were translated because they were called by pointers. */
  readonly roots: readonly number[];
  /** Size of the module in bytes. */
  readonly size: number;
  /** The guest instruction that byte `offset` of the module belongs to. */
  addressAt(offset: number): number | undefined;
}

/** A program whose functions have been emitted. */
export interface EmittedProgram {
  /** The segment, without what its file does not have. */
  readonly code: { readonly start: number; readonly bytes: Uint8Array };
  readonly layout: AccessLayout;
  readonly facts: ReadonlyMap<number, FunctionFacts>;
  /** Guest addresses of the functions, in the order of `emitted`. */
  readonly entries: readonly number[];
  readonly emitted: readonly EmittedFunction[];
  readonly depthLimit: number;
  readonly entry: number;
}

/**
 * Emit the functions of the ELF file `bytes`. Undefined when it is not of the form that can be
 * translated.
 */
export function emitProgram(
  bytes: Uint8Array,
  options: TranslationOptions,
  roots: readonly number[] = [],
): EmittedProgram | undefined {
  const executable = readExecutable(bytes, 'program');
  const segment = segmentOfEntry(executable);
  if (segment === undefined || executable.end > 0x7fff0000) return undefined;
  const code = {
    start: segment.address,
    bytes: bytes.subarray(segment.fileOffset, segment.fileOffset + segment.fileSize),
    isConstant: (segment.rights & WRITABLE) === 0,
  };
  const facts = analyseProgram(discover(code, executable.entry, roots));
  const entries = [...facts.keys()];
  // A store to these is left to the interpreter, and so are the bytes of an ending that is.
  const ranges = codeRanges([...facts.values()].map((fact) => fact.code));
  const layout = layoutOf(executable, ranges, options.stackSize);
  const depthLimit = options.depthLimit ?? DEPTH_LIMIT;
  const context: ModuleContext = {
    facts,
    indices: new Map(entries.map((entry, at) => [entry, QUICK_CALL + 1 + at])),
    layout,
    metered: options.metered,
    observed: options.observed,
    depthLimit,
  };
  const emitted = [...facts.values()].map((fact) => emitFunction(fact, context));
  return { code, layout, facts, entries, emitted, depthLimit, entry: executable.entry };
}

function segmentOfEntry({ entry, segments }: Executable): Segment | undefined {
  return segments.find(({ address, fileSize }) => address <= entry && entry < address + fileSize);
}

function layoutOf(
  { start, end, segments }: Executable,
  code: readonly Range[],
  stackSize: number,
): AccessLayout {
  const readStart = startOfRun(segments, READABLE);
  const writableStart = startOfRun(segments, WRITABLE);
  const codeEnd = code.at(-1)?.[1] ?? start;
  return {
    stackSize,
    imageStart: start,
    imageEnd: end,
    code,
    readStart,
    writableStart,
    writeStart: Math.max(writableStart, codeEnd),
    isWhole: readStart === start,
  };
}

/** The first page from which on all pages of the image are there and have the right. */
function startOfRun(segments: readonly Segment[], right: number): number {
  const last = segments.at(-1) as Segment;
  let start = roundUp(last.address + last.memorySize);
  for (const { address, memorySize, rights } of [...segments].reverse()) {
    if ((rights & right) === 0 || roundUp(address + memorySize) < start) break;
    start = address - (address % PAGE);
  }
  return start;
}

/**
 * Translate the ELF file `bytes`. Undefined when it is not of the form that can be translated.
 *
 * @param roots functions that are reached by pointers only.
 */
export function translate(
  bytes: Uint8Array,
  options: TranslationOptions,
  roots: readonly number[] = [],
): TranslatedProgram | undefined {
  const platform = webAssembly();
  const program = platform === undefined ? undefined : emitProgram(bytes, options, roots);
  if (platform === undefined || program === undefined) return undefined;
  const { layout, facts, entries, emitted, depthLimit } = program;
  const functions = emitted.map(({ locals, code }, at) => ({
    locals,
    code,
    exportName: `f${(entries[at] as number).toString(16)}`,
  }));
  const module = encodeModule({
    imports: IMPORTS,
    functions: [quickSystemCall(layout), ...functions],
    // Engines are faster with globals of a module's own, so the first module has all of them, and
    // only those that come beside another take its.
    sharedGlobals: roots.length === 0 ? [] : SHARED_GLOBALS,
    globals: roots.length === 0 ? GLOBALS : OWN_GLOBALS,
    memoryPages: 1,
  });
  const starts = module.bodies.slice(1);
  const marks = Int32Array.from(
    emitted.flatMap((body, at) =>
      body.marks.map((mark, n) => (n % 2 === 0 ? mark + (starts[at] as number) : mark)),
    ),
  );
  return {
    module: new platform.Module(module.bytes),
    functions: new Map([...facts].map(([entry, fact]) => [entry, summary(fact)])),
    exports: new Map(functions.map(({ exportName }, at) => [entries[at] as number, exportName])),
    ranges: layout.code,
    readStart: layout.readStart,
    writeStart: layout.writeStart,
    depthLimit,
    code: { start: program.code.start, bytes: program.code.bytes },
    roots,
    storesToCode: () => changesItself(program.code, program.entry, roots),
    size: module.bytes.length,
    addressAt: addressesOf(marks),
  };
}

/**
 * Apart, so that the translator's data, which is large, does not live on in the function's scope.
 */
function addressesOf(marks: Int32Array): (offset: number) => number | undefined {
  return (offset) => addressAt(marks, offset);
}

function summary(fact: FunctionFacts): TranslatedFunction {
  const { code, liveOut, changes, recursive } = fact;
  return { liveIn: fact.liveIn.get(code.entry) ?? 0, liveOut, changes, recursive };
}

/** `marks`: offset, address, offset, address, …, ascending. */
function addressAt(marks: Int32Array, offset: number): number | undefined {
  let address: number | undefined;
  for (let at = 0; at < marks.length && (marks[at] as number) <= offset; at += 2) {
    address = marks[at + 1];
  }
  return address;
}

/** Translated programs by their bytes. One cache may serve any number of machines. */
export class TranslationCache {
  private readonly known = new Map<
    string,
    {
      bytes: Uint8Array;
      options: TranslationOptions;
      program: TranslatedProgram | undefined;
    }[]
  >();

  get(bytes: Uint8Array, options: TranslationOptions): TranslatedProgram | undefined {
    const key = [
      hash(bytes),
      options.stackSize,
      options.metered,
      options.observed,
      options.depthLimit,
    ].join();
    const bucket = this.known.get(key) ?? [];
    this.known.set(key, bucket);
    let entry = bucket.find((other) => sameBytes(other.bytes, bytes));
    if (entry === undefined) {
      const kept = bytes.slice();
      entry = { bytes: kept, options, program: translate(kept, options) };
      bucket.push(entry);
    }
    return entry.program;
  }

  /**
   * `program` with more functions, at `roots`, for whoever asks for it from now on. The one that is
   * here already, if another process was first.
   */
  extend(program: TranslatedProgram, roots: readonly number[]): TranslatedProgram | undefined {
    for (const bucket of this.known.values()) {
      for (const entry of bucket) {
        const known = entry.program;
        if (known?.code.bytes.buffer !== program.code.bytes.buffer) continue;
        const missing = roots.filter((root) => !known.functions.has(root));
        if (missing.length > 0) {
          entry.program = translate(entry.bytes, entry.options, [...known.roots, ...missing]);
        }
        return entry.program;
      }
    }
    return undefined;
  }
}

/** FNV-1a. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}

function sameBytes(first: Uint8Array, second: Uint8Array): boolean {
  if (first.length !== second.length) return false;
  for (let at = 0; at < first.length; at++) if (first[at] !== second[at]) return false;
  return true;
}
