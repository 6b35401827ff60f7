// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * M1: macro assembly sources → hex2 text, for any architecture.
 *
 * Three stages over numbered texts: tokens.ts reads them, `collectDefinitions` removes the macros
 * (the last definition of a name holds everywhere, even before it), and `print` writes the output
 * of each text. Invariant: a text has the same output wherever it occurs, so it is computed once.
 *
 * Behaviour defined by mescc-tools/M1-macro.c of stage0-posix 1.9.1.
 */
import {
  ByteWriter,
  decodeLatin1,
  latin1ToHost,
  type ProvenanceMap,
  strtointOf,
} from '@stage0-ts/bytes';
import {
  type Report,
  reportOf,
  requireKnown,
  requireSources,
  type Source,
  ToolError,
} from '@stage0-ts/diagnostics';
import { NOTATIONS } from './digits.ts';
import { encodeNumber, encodeString } from './encode.ts';
import {
  ARCHITECTURES,
  type ArchitectureOptions,
  DEFAULT_OPTIONS,
  type ExpandOptions,
  isRiscV,
} from './options.ts';
import { countFault, numberFault } from './strict.ts';
import { DEFINE, NEWLINE, Tokens } from './tokens.ts';

const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const LESS = 0x3c;

/** First characters of the tokens that are left to hex2. */
const SIGILS: ReadonlySet<number> = new Set([...'!@$~%&:^'].map((sigil) => sigil.charCodeAt(0)));

/** Limit for the output, 1 GiB: `<` can request any amount. */
const MAX_OUTPUT = 0x40000000;

interface Run {
  readonly options: Required<ArchitectureOptions>;
  /** What to do with a token that looks wrong; undefined if none is looked for. */
  readonly report: Report | undefined;
  /** In the map, the number of a macro's name is the number of its definition. */
  readonly provenance: ProvenanceMap | undefined;
  readonly tokens: Tokens;
  /** The number of the macro's name → the number of the value's text. */
  readonly values: (number | undefined)[];
}

/**
 * The output for a text: other text, a number of zero digits, or undefined if M1 does not know the
 * text.
 */
type Expansion = Uint8Array | number | undefined;

/**
 * The outputs for all texts, by their numbers. An object for each would take more memory than
 * everything else.
 */
interface Expansions {
  /** The texts, one after another. */
  readonly pool: Uint8Array;
  /** Offset in the pool; {@link ZEROS} or {@link UNKNOWN}. */
  readonly starts: Int32Array;
  /** Bytes in the pool, or the count of zero digits. */
  readonly lengths: Int32Array;
}

const ZEROS = -1;
const UNKNOWN = -2;

/**
 * Expand macros and turn numbers and strings into digits.
 *
 * Throws a ToolError if there are no tokens; a positioned one for an incomplete DEFINE, an
 * unterminated string, a token that is too long or contains a NUL, a number out of range, a
 * negative count after `<`, and a token without a meaning.
 */
export function expand(
  sources: readonly Source[],
  options: ExpandOptions = {},
): Uint8Array<ArrayBuffer> {
  requireSources(sources);
  requireKnown(options.architecture, ARCHITECTURES, 'architecture');
  const tokens = new Tokens(sources);
  const { provenance, strict = false, warnings, ...target } = options;
  const run: Run = {
    options: { ...DEFAULT_OPTIONS, ...target },
    report: reportOf({ strict, warnings }),
    provenance,
    tokens,
    values: [],
  };
  if (tokens.count === 0) {
    throw new ToolError('no input files were given or they were empty', { code: 'empty' });
  }
  for (const { name } of sources) provenance?.addSource(name);
  const line = collectDefinitions(run);
  if (run.report) findSuspicious(run, run.report);
  return print(run, line, expandAll(run));
}

/**
 * 'DEFINE' name value, where name and value may be any token, even a line end. The three become one
 * line end. Quirk kept: there is always a token for the name, because every source ends in a line
 * end.
 *
 * Returns the indices of the remaining tokens; the index of a token that becomes a line end is
 * inverted (~).
 */
function collectDefinitions({ tokens, values, provenance, report }: Run): Int32Array {
  const { count, texts } = tokens;
  const line = new Int32Array(count);
  let left = 0;
  for (let index = 0; index < count; index++) {
    if (texts[index] === NEWLINE) line[left++] = ~index;
    else if (texts[index] !== DEFINE) line[left++] = index;
    else {
      if (index + 2 >= count) {
        throw tokens.errorAt(index, 'incomplete-define', 'the text ends within a DEFINE');
      }
      if (report) checkDefinition(report, tokens, values, index);
      values[texts[index + 1] as number] = texts[index + 2];
      if (provenance !== undefined) mapDefinition(tokens, provenance, index);
      line[left++] = ~index;
      index += 2;
    }
  }
  return line.subarray(0, left);
}

/**
 * The DEFINE at `index` should have a value and a name that can be found, and should not give the
 * name another value than before.
 */
function checkDefinition(
  report: Report,
  tokens: Tokens,
  values: readonly (number | undefined)[],
  index: number,
): void {
  const [name, value] = [tokens.texts[index + 1] as number, tokens.texts[index + 2] as number];
  if (name === NEWLINE || value === NEWLINE) {
    tokens.report(report, index, 'incomplete-define', 'the line ends within a DEFINE');
    return;
  }
  const first = tokens.names.bytes(name)[0];
  if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) {
    tokens.report(report, index + 1, 'quoted-name', 'a quoted name is never found');
  }
  if ((values[name] ?? value) !== value) {
    const message = `${tokens.names.shown(name)} is defined before, with another value`;
    tokens.report(report, index + 1, 'duplicate-define', message);
  }
}

/**
 * Counts and numbers should be valid and fit. Texts that are the name of a macro are not tested.
 * Each text is tested once, and each of its tokens is reported.
 */
function findSuspicious({ tokens, values, options }: Run, report: Report): void {
  const faults = new Map<number, string | undefined>();
  for (let index = 0; index < tokens.count; index++) {
    const number = tokens.texts[index] as number;
    if (number <= DEFINE || values[number] !== undefined) continue;
    if (!faults.has(number)) faults.set(number, textFault(tokens.names.bytes(number), options));
    const fault = faults.get(number);
    if (fault !== undefined) tokens.report(report, index, 'bad-number', latin1ToHost(fault));
  }
}

/** What is wrong with a text; undefined if nothing is, or if it is neither a number nor a count. */
function textFault(text: Uint8Array, options: Required<ArchitectureOptions>): string | undefined {
  const first = text[0] as number;
  if (first === LESS) return countFault(decodeLatin1(text));
  if (!SIGILS.has(first)) return undefined;
  const value = strtointOf(text, 1, text.length);
  return numberFault(decodeLatin1(text), value, isRiscV(options.architecture));
}

/** The map's definition of the macro whose DEFINE has this index: its name and value. */
function mapDefinition(tokens: Tokens, provenance: ProvenanceMap, index: number): void {
  const source = tokens.sourceOf(index);
  // The value may be the line end of the next source.
  const last = tokens.sourceOf(index + 2) === source ? index + 2 : index + 1;
  const start = tokens.offsets[index + 1] as number;
  const number = tokens.texts[index + 1] as number;
  provenance.define(number, source, start, tokens.endOf(last, source));
}

/**
 * Quirk kept: every text that occurs is evaluated, so a number out of range is an error even in a
 * value.
 */
function expandAll(run: Run): Expansions {
  const { count, names, texts } = run.tokens;
  const starts = new Int32Array(names.size);
  const lengths = new Int32Array(names.size);
  const pool = new ByteWriter(16 * names.size);
  for (let index = 0, known = DEFINE + 1; index < count; index++) {
    const number = texts[index] as number;
    if (number < known) continue; // texts are numbered in the order in which they first occur
    known = number + 1;
    const expansion = expandText(run, number, index);
    starts[number] = pool.length;
    if (expansion === undefined) starts[number] = UNKNOWN;
    else if (typeof expansion !== 'number') {
      pool.write(expansion);
      lengths[number] = expansion.length;
    } else {
      starts[number] = ZEROS;
      lengths[number] = Math.min(expansion, MAX_OUTPUT + 1); // that is already too long
    }
  }
  return { pool: pool.view(), starts, lengths };
}

/** The output for the text with this number, whose first token has the index `index`. */
function expandText(run: Run, number: number, index: number): Expansion {
  const { names } = run.tokens;
  const text = names.bytes(number);
  const first = text[0] as number;
  if (first === SINGLE_QUOTE) return text.subarray(1);
  if (first === DOUBLE_QUOTE) return encodeString(text, run.options);
  const value = run.values[number];
  if (value !== undefined) return valueText(names.bytes(value));
  if (first === LESS) return countZeros(run, text, index) || text;
  try {
    const digits = encodeNumber(text, run.options);
    if (digits !== undefined) return digits;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw run.tokens.errorAt(index, 'out-of-range', error.message);
  }
  return SIGILS.has(first) ? text : undefined;
}

/** A macro's value is written unchanged; a string loses its quote. */
function valueText(text: Uint8Array): Uint8Array {
  return text[0] === DOUBLE_QUOTE || text[0] === SINGLE_QUOTE ? text.subarray(1) : text;
}

/** '<' count: the number of digits 0 for that many bytes; 0 if the count is 0 or not a number. */
function countZeros(run: Run, text: Uint8Array, index: number): number {
  const count = strtointOf(text, 1, text.length);
  if (count < 0) throw run.tokens.errorAt(index, 'negative-count', `a count of ${count} bytes`);
  return count * NOTATIONS[run.options.byteMode].digits;
}

/**
 * From `at` on, the text comes from a token, including the blank after it, or from a line end (for
 * a DEFINE, the index is inverted).
 */
function mapToken(tokens: Tokens, provenance: ProvenanceMap, at: number, index: number): void {
  const first = index < 0 ? ~index : index;
  const source = tokens.sourceOf(first);
  const number = tokens.texts[first] as number;
  const start = tokens.offsets[first] as number;
  if (index >= 0) {
    const quote = tokens.names.bytes(number)[0];
    const isString = quote === DOUBLE_QUOTE || quote === SINGLE_QUOTE;
    provenance.add(at, source, start, tokens.endOf(first, source), isString ? -1 : number);
  } else provenance.add(at, source, start, tokens.endOf(first, source));
}

/** The tokens, joined by blanks; between lines there is one line end. */
function print(
  { tokens, provenance }: Run,
  line: Int32Array,
  { pool, starts, lengths }: Expansions,
): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(line.length * 8);
  for (let place = 0; place < line.length; place++) {
    const index = line[place] as number;
    const next = line[place + 1] ?? 0;
    if (provenance !== undefined) mapToken(tokens, provenance, out.length, index);
    if (index < 0) {
      if (place + 1 === line.length || next >= 0) out.writeByte(0x0a);
      continue;
    }
    const number = tokens.texts[index] as number;
    const start = starts[number] as number;
    const length = lengths[number] as number;
    if (start >= 0) out.write(pool, start, start + length);
    else if (start === UNKNOWN) throw unknownToken(tokens, index);
    else {
      if (length > MAX_OUTPUT - out.length) {
        throw tokens.errorAt(index, 'too-long', 'the output would be too long');
      }
      out.fill(0x30, length);
    }
    if (next >= 0) out.writeByte(0x20);
  }
  provenance?.finish(out.length);
  return out.toBytes();
}

function unknownToken(tokens: Tokens, index: number): Error {
  const number = tokens.texts[index] as number;
  if (tokens.names.bytes(number)[0] === DOUBLE_QUOTE) {
    return tokens.errorAt(index, 'bad-string', 'a byte above 7F in a string');
  }
  const message = `${tokens.names.shown(number)} is not a macro, number or reference`;
  return tokens.errorAt(index, 'unknown-token', message);
}
