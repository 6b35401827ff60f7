// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * M2-Planet: C files → one M1 file.
 *
 * The stages: reader (tokens) → macro (preprocessor) → parser, which writes through an emitter into
 * the three sections of the output. Invariant: nothing is kept between two calls.
 * Behaviour defined by cc.c of M2-Planet 1.13.1.
 */

import { ByteWriter, type ProvenanceMap } from '@stage0-ts/bytes';
import {
  catchStackOverflow,
  requireKnown,
  requireSources,
  ToolError,
} from '@stage0-ts/diagnostics';
import { HASH, LINE_FEED, SPACE } from './characters.ts';
import { Compilation } from './compilation.ts';
import { parseProgram } from './declarations.ts';
import { DIALECTS, type Dialect, dialectOf } from './dialects.ts';
import { aarch64 } from './emit/aarch64.ts';
import { armv7l } from './emit/armv7l.ts';
import type { CodeSink, Emitter, EmitterSettings } from './emit/emitter.ts';
import { knightNative, knightPosix } from './emit/knight.ts';
import { riscv32, riscv64 } from './emit/riscv.ts';
import { amd64, x86 } from './emit/x86.ts';
import { preprocess } from './macro.ts';
import { MacroCursor } from './macro-cursor.ts';
import type { MacroTable } from './macro-table.ts';
import {
  ARCHITECTURE_DEFINES,
  ARCHITECTURES,
  type Architecture,
  type CompileOptions,
  DEFAULT_MAX_STRING,
  type SourceFile,
} from './options.ts';
import { type ReaderContext, readTokens } from './reader.ts';
import { nameToLatin1 } from './text.ts';
import { removeToken, type Token } from './token.ts';
import { ProvenanceSources } from './token-provenance.ts';

const EMITTERS: Readonly<
  Record<Architecture, (sink: CodeSink, settings: EmitterSettings) => Emitter>
> = {
  'knight-native': knightNative,
  'knight-posix': knightPosix,
  x86,
  amd64,
  armv7l,
  aarch64,
  riscv32,
  riscv64,
};

/** With a smaller limit upstream would cut its own output lines. */
const MIN_MAX_STRING = 256;

/** Bytes of code for each byte of input, roughly; gives the buffer's initial size. */
const CODE_PER_INPUT = 8;

/** The buffer's initial size is at most this, however large the input is. */
const MAX_INITIAL_CAPACITY = 1 << 24;

const INTERNAL = '__INTERNAL_M2__';
const STANDARD = '__C_STANDARD__';

/** Macros that are always defined. Strings have no closing quote, as in tokens. */
const PREDEFINED: readonly (readonly [name: string, value: string, file: string])[] = [
  ['__M2__', '42', INTERNAL],
  ['__M2C__', '1', INTERNAL],
  ['__M2C_MINOR__', '13', INTERNAL],
  ['__M2C_PATCHLEVEL__', '1', INTERNAL],
  ['__DATE__', '"Jan  1 1970', STANDARD],
  ['__TIME__', '"00:00:00', STANDARD],
  ['__STDC__', '1', STANDARD],
  ['__STDC_HOSTED__', '1', STANDARD],
  ['__STDC_VERSION__', '199409', STANDARD],
];

/**
 * Compile C files, which are read as one, to M1 text (or with `preprocessOnly` to their tokens).
 *
 * @throws ToolError with the place of a fault in the program.
 */
export function compile(
  files: readonly SourceFile[],
  options: CompileOptions = {},
): Uint8Array<ArrayBuffer> {
  requireSources(files);
  requireKnown(options.architecture, ARCHITECTURES, 'architecture');
  if (options.dialect !== undefined) {
    requireKnown(options.dialect, Object.keys(DIALECTS), 'dialect');
  }
  const dialect = dialectOf(options);
  const context = readerContext(options.maxString ?? DEFAULT_MAX_STRING, dialect);
  let first: Token | null = null;
  let last: Token | null = null;
  for (const file of files) {
    const run = readTokens(file, last, context);
    first ??= run.first;
    last = run.last;
  }
  if (first === null) {
    throw new ToolError('Either no input files were given or they were empty', {
      code: 'no-input',
    });
  }
  const head =
    options.bootstrapMode === true
      ? withoutDirectives(first)
      : preprocessed(first, options, context);
  if (options.preprocessOnly === true) return tokenText(head, options.provenance);
  const inputSize = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return generated(withoutLineFeeds(head), options, context, inputSize);
}

function readerContext(maxString: number, dialect: Dialect): ReaderContext {
  const { endByte, outputBuffer = maxString } = dialect;
  if (maxString > outputBuffer) {
    throw new ToolError(
      `--max-string must be at most ${outputBuffer}: this M2-Planet writes what is longer twice`,
      { code: 'max-string' },
    );
  }
  let id = 0;
  return { maxString, endByte, nextId: () => ++id };
}

function preprocessed(first: Token, options: CompileOptions, context: ReaderContext): Token | null {
  const cursor = new MacroCursor(first, options, context);
  predefine(cursor.macros, options, context);
  return preprocess(cursor);
}

function predefine(macros: MacroTable, options: CompileOptions, context: ReaderContext): void {
  for (const [name, value, file] of PREDEFINED) {
    macros.definePredefined(name, value, file, 0, context.nextId());
  }
  const architecture = ARCHITECTURE_DEFINES[options.architecture ?? 'knight-native'];
  const own = options.predefineArchitecture === false ? [] : architecture;
  let line = 0;
  for (const [name, value] of [...own, ...(options.defines ?? [])]) {
    const text = nameToLatin1(value);
    macros.definePredefined(nameToLatin1(name), text, '__ARGV__', line++, context.nextId());
  }
}

/** Bootstrap mode: drops every `#` token and the rest of its line. */
function withoutDirectives(first: Token): Token | null {
  let head: Token | null = null;
  for (let token: Token | null = first; token !== null; ) {
    if (token.first === HASH) {
      while (token !== null && token.first !== LINE_FEED) token = removeToken(token);
    } else {
      head ??= token;
      token = token.next;
    }
  }
  return head;
}

/** The parser expects no line feeds. */
function withoutLineFeeds(head: Token | null): Token | null {
  let first = head;
  for (let token = head; token !== null; ) {
    if (token.text !== '\n') token = token.next;
    else {
      const next = removeToken(token);
      if (token === first) first = next;
      token = next;
    }
  }
  return first;
}

function tokenText(
  head: Token | null,
  provenance: ProvenanceMap | undefined,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1 << 16);
  const sources = provenance && new ProvenanceSources(provenance);
  provenance?.addOwn(0);
  out.writeLatin1('\n/* Preprocessed source */\n');
  for (let token = head; token !== null; token = token.next) {
    const source = sources?.numberOf(token);
    if (source === undefined) provenance?.addOwn(out.length);
    else provenance?.add(out.length, source, token.start, token.end);
    out.writeLatin1(token.text);
    out.writeByte(SPACE);
  }
  provenance?.finish(out.length);
  return out.toBytes();
}

function generated(
  head: Token | null,
  options: CompileOptions,
  context: ReaderContext,
  inputSize: number,
): Uint8Array<ArrayBuffer> {
  const createEmitter = EMITTERS[options.architecture ?? 'knight-native'];
  if (context.maxString < MIN_MAX_STRING) {
    throw new ToolError(`--max-string must be at least ${MIN_MAX_STRING} to compile with`, {
      code: 'max-string',
    });
  }
  const compilation = new Compilation(
    head,
    options,
    (output) =>
      createEmitter(output, {
        dialect: dialectOf(options),
        logicalShiftRight: options.logicalShiftRight === true,
      }),
    context.nextId,
    Math.min(inputSize * CODE_PER_INPUT, MAX_INITIAL_CAPACITY),
  );
  catchStackOverflow(
    () => parseProgram(compilation),
    (message) => compilation.error(message, compilation.token, 'nested-too-deeply'),
  );
  return compilation.output.join(compilation.emit, { debug: options.debug === true });
}
