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
  /** Pages that the memory can have. */
  readonly pageCount: number;
  readonly metered: boolean;
  readonly observed: boolean;
  readonly depthLimit?: number;
}

/** What a translation must be fit for besides: what was seen while the program ran. */
export interface Needs {
  /** Functions that are reached by pointers only. */
  readonly roots: readonly number[];
  /** Low address from which on pages still have the rights that the image gave them. */
  readonly writableStart: number;
  /** Rights have to be looked up: mmap has given memory, or mprotect has changed them. */
  readonly isPaged: boolean;
}

const NO_NEEDS: Needs = { roots: [], writableStart: 0, isPaged: false };

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
  readonly layout: AccessLayout;
  readonly depthLimit: number;
  /** The bytes of the file at a guest address of the segment. */
  readonly code: { readonly start: number; readonly bytes: Uint8Array };
  /** Does some instruction store to a constant address at which there is code? */
  storesToCode(): boolean;
  readonly needs: Needs;
  /** It takes the globals of the module that ran before it. */
  readonly sharesGlobals: boolean;
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
  needs: Needs = NO_NEEDS,
): EmittedProgram | undefined {
  const executable = readExecutable(bytes, 'program');
  const segment = segmentOfEntry(executable);
  if (segment === undefined || executable.end > 0x7fff0000) return undefined;
  const code = {
    start: segment.address,
    bytes: bytes.subarray(segment.fileOffset, segment.fileOffset + segment.fileSize),
    isConstant: (segment.rights & WRITABLE) === 0,
  };
  const facts = analyseProgram(discover(code, executable.entry, needs.roots));
  const entries = [...facts.keys()];
  // A store to these is left to the interpreter, and so are the bytes of an ending that is.
  const ranges = codeRanges([...facts.values()].map((fact) => fact.code));
  const layout = layoutOf(executable, ranges, options, needs);
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
  { stackSize, pageCount }: TranslationOptions,
  needs: Needs,
): AccessLayout {
  const readableStart = startOfRun(segments, READABLE);
  const writableStart = Math.max(startOfRun(segments, WRITABLE), needs.writableStart);
  const isPaged = needs.isPaged || readableStart !== start;
  const codeEnd = code.at(-1)?.[1] ?? start;
  return {
    stackSize,
    pageCount,
    imageStart: start,
    imageEnd: end,
    code,
    readableStart,
    writableStart,
    readStart: start,
    writeStart: Math.max(writableStart, codeEnd),
    isPaged,
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
 */
export function translate(
  bytes: Uint8Array,
  options: TranslationOptions,
  needs: Needs = NO_NEEDS,
): TranslatedProgram | undefined {
  const platform = webAssembly();
  const program = platform === undefined ? undefined : emitProgram(bytes, options, needs);
  if (platform === undefined || program === undefined) return undefined;
  const { layout, facts, entries, emitted, depthLimit } = program;
  const functions = emitted.map(({ locals, code }, at) => ({
    locals,
    code,
    exportName: `f${(entries[at] as number).toString(16)}`,
  }));
  const sharesGlobals = needs !== NO_NEEDS;
  const module = encodeModule({
    imports: IMPORTS,
    functions: [quickSystemCall(layout), ...functions],
    // Engines are faster with globals of a module's own, so the first module has all of them, and
    // only those that come beside another take its.
    sharedGlobals: sharesGlobals ? SHARED_GLOBALS : [],
    globals: sharesGlobals ? OWN_GLOBALS : GLOBALS,
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
    layout,
    depthLimit,
    code: { start: program.code.start, bytes: program.code.bytes },
    needs,
    sharesGlobals,
    storesToCode: () => changesItself(program.code, program.entry, needs.roots),
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

/** An executable, and the newest that it was translated to. */
export class Translation {
  readonly bytes: Uint8Array;
  private readonly options: TranslationOptions;
  private program: TranslatedProgram | undefined;

  constructor(bytes: Uint8Array, options: TranslationOptions) {
    this.bytes = bytes;
    this.options = options;
    this.program = translate(bytes, options);
  }

  /** Undefined when it is not of the form that can be translated. */
  get newest(): TranslatedProgram | undefined {
    return this.program;
  }

  /** Let the newest have these functions, and be fit for these pages, whatever it is fit for now. */
  extend(more: Partial<Needs>): TranslatedProgram | undefined {
    const { program } = this;
    if (program === undefined) return undefined;
    const { needs, functions } = program;
    const roots = (more.roots ?? []).filter((root) => !functions.has(root));
    const all: Needs = {
      roots: [...needs.roots, ...roots],
      writableStart: needs.isPaged ? needs.writableStart : (more.writableStart ?? 0),
      isPaged: needs.isPaged || more.isPaged === true,
    };
    if (roots.length > 0 || all.isPaged !== needs.isPaged)
      this.program = translate(this.bytes, this.options, all);
    return this.program;
  }
}

/** Translations by their bytes. One cache may serve any number of machines. */
export class TranslationCache {
  private readonly known = new Map<string, Translation[]>();

  get(bytes: Uint8Array, options: TranslationOptions): Translation {
    const { stackSize, pageCount, metered, observed, depthLimit } = options;
    const key = [hash(bytes), stackSize, pageCount, metered, observed, depthLimit].join();
    const bucket = this.known.get(key) ?? [];
    this.known.set(key, bucket);
    let found = bucket.find((other) => sameBytes(other.bytes, bytes));
    if (found === undefined) {
      found = new Translation(bytes.slice(), options);
      bucket.push(found);
    }
    return found;
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
