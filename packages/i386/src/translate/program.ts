// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An executable → a WebAssembly module with the functions that its code leads to, and another
 * module for each time that more functions turn out to be wanted.
 *
 * A later module imports what it calls of the earlier ones; these call its functions by pointers
 * only, by way of the runner. Invariant: what the modules of one program know of each other's
 * functions, and of memory, is the same; what cannot be added so is translated again as a whole.
 */
import { readExecutable } from '../elf.ts';
import { WatchedCode } from '../interpreter.ts';
import { bufferSize, GRANULE } from '../memory.ts';
import type { AccessLayout, Range } from './access.ts';
import { type CodeFunction, callees } from './blocks.ts';
import {
  type CodeBytes,
  codeRanges,
  type Discovered,
  discover,
  discoverMore,
  functionsOf,
  mergeRanges,
  overlap,
} from './discover.ts';
import { entryFrames } from './entry-frames.ts';
import {
  analyseProgram,
  type FunctionFacts,
  type ProgramFacts,
  type TranslatedFunction,
} from './facts.ts';
import { type EmittedFunction, emitFunction, type ModuleContext } from './function.ts';
import { codeOf, layoutOf } from './image-layout.ts';
import { inlineCalls } from './inline.ts';
import { GUEST_SIGNATURE, HELPERS, IMPORTS, POINTERS_NAME } from './layout.ts';
import { type Metering, type Weights, weightsOf } from './metering.ts';
import { type WasmModule, webAssembly } from './platform.ts';
import { quickPointerCall } from './pointer-calls.ts';
import { quickSystemCall } from './quick-calls.ts';
import { quickCopy, quickFill } from './string-code.ts';
import { encodeModule } from './wasm.ts';

export interface TranslationOptions {
  /** Bytes of stack in the memory. */
  readonly stackSize: number;
  /** Pages that the memory can have. */
  readonly pageCount: number;
  readonly metering: Metering;
  readonly observed: boolean;
  readonly depthLimit: number;
  /** Copy small functions into their callers at once, not when the program has run for long. */
  readonly inline: boolean;
}

/** What a translation must be fit for besides: what was seen while the program ran. */
export interface Needs {
  /** Functions, and heads of loops, that nothing known leads to. */
  readonly roots: readonly number[];
  /** Low address from which on pages still have the rights that the image gave them. */
  readonly writableStart: number;
  /** Rights have to be looked up: mmap has given memory, or mprotect has changed them. */
  readonly isPaged: boolean;
  /** The deep stack is written. */
  readonly isDeep: boolean;
  /** It runs for long, so that larger code is worth its translation: see inline.ts. */
  readonly isLong: boolean;
}

export const NO_NEEDS: Needs = {
  roots: [],
  writableStart: 0,
  isPaged: false,
  isDeep: false,
  isLong: false,
};

/** Functions that were translated together. */
export interface TranslatedModule {
  readonly module: WasmModule;
  /** Index of each function in the module's table, by its entry. */
  readonly indices: ReadonlyMap<number, number>;
  /** Name of each function of earlier modules that it calls, by its entry. */
  readonly imports: ReadonlyMap<number, string>;
  /** Size in bytes. */
  readonly size: number;
  /** The guest instruction that byte `offset` of the module belongs to. */
  addressAt(offset: number): number | undefined;
}

/** A translated executable. */
export interface TranslatedProgram {
  /** At least one; each calls only earlier ones. */
  readonly modules: readonly TranslatedModule[];
  /** By entry address. */
  readonly functions: ReadonlyMap<number, TranslatedFunction>;
  readonly layout: AccessLayout;
  readonly depthLimit: number;
  /** The bytes of the file at a guest address of the segment. */
  readonly code: CodeBytes;
  /** `layout.code`, for the interpreter. */
  readonly watched: WatchedCode;
  /** Where instructions with a constant address store to. */
  readonly stores: readonly Range[];
  /** Some of that is code. */
  readonly changesItself: boolean;
  readonly needs: Needs;
}

/** Functions that have been emitted. */
export interface EmittedProgram {
  /** The segment, without what its file does not have. */
  readonly code: CodeBytes;
  readonly found: Discovered;
  readonly layout: AccessLayout;
  readonly facts: ProgramFacts;
  /** Guest addresses of the functions, in the order of `emitted`. */
  readonly entries: readonly number[];
  readonly emitted: readonly EmittedFunction[];
  /** Entries of functions of earlier modules that are called, in the order of their indices. */
  readonly imported: readonly number[];
  /** Undefined where instructions are counted. */
  readonly weights: Weights | undefined;
  readonly depthLimit: number;
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
  const code = codeOf(executable, bytes);
  if (code === undefined) return undefined;
  const found = discover(code, executable.entry, needs.roots);
  const facts = analyseProgram(functionsToEmit(found, code, options.inline || needs.isLong));
  if (facts === undefined) throw new Error('unreachable: no function is fixed');
  // A store to these is left to the interpreter, and so are the bytes of an ending that is.
  const ranges = codeRanges(found.functions.values());
  return emit(code, found, facts, layoutOf(executable, ranges, options, needs), options);
}

/** Emit the functions that `program` does not have. Undefined when they cannot be added to it. */
function emitMore(
  program: TranslatedProgram,
  options: TranslationOptions,
  roots: readonly number[],
): EmittedProgram | undefined {
  const { code, functions, layout } = program;
  const found = discoverMore(code, roots, functions);
  const inline = (options.inline || program.needs.isLong) && !program.changesItself;
  const facts = analyseProgram(functionsToEmit(found, code, inline), functions);
  const ranges = codeRanges(found.functions.values());
  const all = mergeRanges([...layout.code, ...ranges]);
  const end = ranges.at(-1)?.[1] ?? 0;
  const hits = overlap(found.stores, all) || overlap(program.stores, ranges);
  const isApart = code.isConstant || (end <= layout.writeStart && !overlap(layout.gaps, ranges));
  if (facts === undefined || hits || !isApart) return undefined;
  return emit(code, found, facts, { ...layout, code: all, traps: false }, options);
}

/** With copies in them, unless the program changes code: then few functions are what they were. */
function functionsToEmit(
  { functions, changesItself }: Discovered,
  code: CodeBytes,
  inline: boolean,
): ReadonlyMap<number, CodeFunction> {
  return inline && !changesItself ? inlineCalls(functions, functionsOf(code)) : functions;
}

function emit(
  code: CodeBytes,
  found: Discovered,
  facts: ProgramFacts,
  layout: AccessLayout,
  options: TranslationOptions,
): EmittedProgram {
  const own = [...facts.values()].filter((fact) => !fact.isFixed);
  const entries = own.map((fact) => fact.code.entry);
  const called = new Set(own.flatMap((fact) => [...callees(fact.code)]));
  const imported = [...called].filter((entry) => facts.get(entry)?.isFixed === true);
  const { depthLimit } = options;
  const helpers = IMPORTS.length + imported.length;
  const context: ModuleContext = {
    facts,
    frames: entryFrames(facts),
    indices: new Map([
      ...imported.map((entry, at) => [entry, IMPORTS.length + at] as const),
      ...entries.map((entry, at) => [entry, helpers + HELPERS.length + at] as const),
    ]),
    helpers,
    layout,
    metering: options.metering,
    weights: options.metering === 'instructions' ? undefined : weightsOf(facts),
    observed: options.observed,
    depthLimit,
  };
  const emitted = own.map((fact) => emitFunction(fact, context));
  const { weights } = context;
  return { code, found, layout, facts, entries, emitted, imported, weights, depthLimit };
}

/**
 * Translate the ELF file `bytes`. Undefined when it is not of the form that can be translated.
 */
export function translate(
  bytes: Uint8Array,
  options: TranslationOptions,
  needs: Needs = NO_NEEDS,
): TranslatedProgram | undefined {
  if (webAssembly() === undefined) return undefined;
  const program = emitProgram(bytes, options, needs);
  if (program === undefined) return undefined;
  const { code, layout, facts, depthLimit, found } = program;
  const functions = new Map([...facts].map(([entry, fact]) => [entry, summary(fact, program)]));
  const { stores, changesItself } = found;
  const modules = [assemble(program)];
  const watched = watchedCode(layout);
  return { modules, functions, layout, depthLimit, code, watched, stores, changesItself, needs };
}

/**
 * `program` and one module more, with the functions at `roots` and what they call. Undefined when
 * that cannot be: then all has to be translated again.
 */
export function translateMore(
  program: TranslatedProgram,
  options: TranslationOptions,
  roots: readonly number[],
): TranslatedProgram | undefined {
  const more = emitMore(program, options, roots);
  if (more === undefined) return undefined;
  const own = more.entries.map(
    (entry) => [entry, summary(more.facts.get(entry) as FunctionFacts, more)] as const,
  );
  return {
    ...program,
    modules: [...program.modules, assemble(more)],
    functions: new Map([...program.functions, ...own]),
    layout: more.layout,
    watched: watchedCode(more.layout),
    stores: [...program.stores, ...more.found.stores],
    needs: { ...program.needs, roots: [...program.needs.roots, ...roots] },
  };
}

function watchedCode({ code, imageStart, imageEnd }: AccessLayout): WatchedCode {
  return new WatchedCode(code, imageEnd - imageStart);
}

function assemble(program: EmittedProgram): TranslatedModule {
  const { layout, entries, emitted, imported, depthLimit } = program;
  const platform = webAssembly();
  if (platform === undefined) throw new Error('no WebAssembly here');
  const functions = emitted.map(({ locals, code }) => ({
    locals: locals - GUEST_SIGNATURE.parameters,
    code,
    signature: GUEST_SIGNATURE,
  }));
  const imports = new Map(imported.map((entry) => [entry, `f${entry.toString(16)}`]));
  const callees = [...imports.values()].map((name) => ({ name, signature: GUEST_SIGNATURE }));
  const module = encodeModule({
    imports: [...IMPORTS, ...callees],
    functions: [
      ...[quickSystemCall(layout), quickCopy(layout), quickFill(layout)],
      quickPointerCall(layout, depthLimit),
      ...functions,
    ],
    pointers: { signature: GUEST_SIGNATURE, name: POINTERS_NAME },
    memoryPages: bufferSize(layout) / GRANULE,
  });
  const starts = module.bodies.slice(HELPERS.length);
  const marks = Int32Array.from(
    emitted.flatMap((body, at) =>
      body.marks.map((mark, n) => (n % 2 === 0 ? mark + (starts[at] as number) : mark)),
    ),
  );
  return {
    module: new platform.Module(module.bytes),
    indices: new Map(entries.map((entry, at) => [entry, HELPERS.length + at])),
    imports,
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

/** `marks`: offset, address, offset, address, …, ascending. */
function addressAt(marks: Int32Array, offset: number): number | undefined {
  let address: number | undefined;
  for (let at = 0; at < marks.length && (marks[at] as number) <= offset; at += 2) {
    address = marks[at + 1];
  }
  return address;
}

function summary(fact: FunctionFacts, { weights }: EmittedProgram): TranslatedFunction {
  const { code, liveOut, changes, recursive, drop } = fact;
  const liveIn = fact.liveIn.get(code.entry) ?? 0;
  return { liveIn, liveOut, changes, recursive, drop, weight: weights?.get(code.entry) ?? 0 };
}
