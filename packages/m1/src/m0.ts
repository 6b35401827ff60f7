// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * M0: macro assembly text → hex2 text, one token a line. The hand-written ancestor of M1, x86 only.
 *
 * A macro holds for the tokens after its DEFINE only, so one pass does it all. Invariant: every
 * token before `at` has been printed or defined.
 *
 * Behaviour defined by x86/M0_x86.hex2 of stage0-posix 1.9.1.
 */
import {
  ByteWriter,
  decodeLatin1,
  latin1ToHost,
  NameTable,
  type ProvenanceMap,
} from '@stage0-ts/bytes';
import {
  errorAt,
  type FindingOptions,
  type Report,
  reportOf,
  requireBytes,
  type Source,
  type ToolError,
} from '@stage0-ts/diagnostics';
import { minimalFault } from './strict.ts';

/**
 * Upstream reserves 256 bytes for each token. The last of them is NUL, and one of them is a
 * string's opening quote.
 */
const MAX_TOKEN = 255;

const LINE_FEED = 0x0a;
const DOUBLE_QUOTE = 0x22;
/**
 * Quirk kept: the low byte of upstream's EOF. Where a token may start, this character ends the
 * file.
 */
const EOF_BYTE = 0xfc;

const DEFINE = [...'DEFINE'].map((letter) => letter.charCodeAt(0));

/** Options of {@link expandMinimal}. */
export interface ExpandMinimalOptions extends FindingOptions {
  /** Name of the source in error messages; default `input`. */
  readonly name?: string;
  /** Receives, for each line, its token and the DEFINE that this names. Default: no map is made. */
  readonly provenance?: ProvenanceMap | undefined;
}

/** A piece of the source. */
interface Token {
  readonly kind: 'atom' | 'string';
  /** Offset of the first character; of the opening quote for a string. */
  readonly start: number;
  /** Offset after the last character. For a string, that is the closing quote. */
  readonly end: number;
}

interface Run {
  readonly source: Source;
  /** What to do with a token that looks wrong; undefined if none is looked for. */
  readonly report: Report | undefined;
  readonly out: ByteWriter;
  readonly provenance: ProvenanceMap | undefined;
  readonly names: NameTable;
  /** The number of the macro's name → the latest value. */
  readonly values: (Token | undefined)[];
  /**
   * With a map: the number of the macro's name → the number of its latest definition in the map.
   */
  readonly definitions: number[];
  /**
   * How many definitions the map has. Each DEFINE of a name is a new one, since it is valid only
   * from there on.
   */
  defined: number;
  /** Offset of the next character to read. */
  at: number;
}

/**
 * Expand macros and turn numbers and strings into hexadecimal digits.
 *
 * Throws a positioned ToolError for a file that has no tokens or ends with a DEFINE, for an
 * unterminated string or comment, for a token that the end of the file cuts off, and for one that
 * is too long.
 */
export function expandMinimal(
  bytes: Uint8Array,
  options: ExpandMinimalOptions = {},
): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  const run: Run = {
    source: { name: options.name ?? 'input', bytes },
    report: reportOf(options),
    out: new ByteWriter(bytes.length * 2),
    provenance: options.provenance,
    names: new NameTable(),
    values: [],
    definitions: [],
    defined: 0,
    at: 0,
  };
  run.provenance?.addSource(run.source.name);
  let lastDefine: Token | undefined;
  let token = nextToken(run);
  if (token === undefined) throw failure(run, 0, 'empty', 'the file holds no token');
  for (; token !== undefined; token = nextToken(run)) {
    if (isDefine(run, token)) {
      lastDefine = token;
      define(run, token);
    } else {
      lastDefine = undefined;
      print(run, token);
    }
  }
  if (lastDefine !== undefined) {
    throw failure(run, lastDefine.start, 'last-define', 'a DEFINE with nothing after it');
  }
  run.provenance?.finish(run.out.length);
  return run.out.toBytes();
}

/**
 * 'DEFINE' name value, where both may be any token. Quirk kept: a string as a name never matches
 * anything.
 */
function define(run: Run, start: Token): void {
  const name = nextToken(run);
  const value = name === undefined ? undefined : nextToken(run);
  if (name === undefined || value === undefined) {
    throw failure(run, start.start, 'incomplete-define', 'the file ends within a DEFINE');
  }
  if (name.kind === 'string') {
    run.report?.(run.source, name.start, 'quoted-name', 'a quoted name is never found');
    return;
  }
  const number = run.names.intern(run.source.bytes, name.start, name.end);
  run.values[number] = value;
  if (run.provenance === undefined) return;
  run.provenance.define(run.defined, 0, name.start, sourceEnd(run, value));
  run.definitions[number] = run.defined++;
}

function isDefine({ source }: Run, token: Token): boolean {
  if (token.end - token.start !== DEFINE.length) return false;
  return DEFINE.every((letter, index) => source.bytes[token.start + index] === letter);
}

/**
 * The next token, or undefined at the end of the file. Comments and quotes count only at the start
 * of a token.
 */
function nextToken(run: Run): Token | undefined {
  const { bytes } = run.source;
  for (; run.at < bytes.length; run.at++) {
    switch (bytes[run.at]) {
      case 0x09:
      case 0x0a:
      case 0x20:
        break;
      case EOF_BYTE:
        return undefined;
      // quirk kept: NUL is in each of upstream's character sets, even in that of the comment signs
      case 0x00:
      case 0x23: // #
      case 0x3b: // ;
        skipComment(run);
        break;
      case 0x22: // "
      case 0x27: // '
        return readString(run);
      default:
        return readAtom(run);
    }
  }
  return undefined;
}

/** Move to the LF that ends the comment. */
function skipComment(run: Run): void {
  const end = run.source.bytes.indexOf(LINE_FEED, run.at);
  if (end < 0) {
    throw failure(run, run.at, 'unterminated-comment', 'the file ends within a comment');
  }
  run.at = end;
}

/**
 * atom = all characters up to a tab, newline, blank or NUL; the end of the file does not count as
 * one of these.
 */
function readAtom(run: Run): Token {
  const { bytes } = run.source;
  const start = run.at;
  let end = start;
  for (; end < bytes.length; end++) {
    const byte = bytes[end];
    if (byte === 0x0a || byte === 0x20 || byte === 0x09 || byte === 0) break;
  }
  if (end === bytes.length) {
    throw failure(run, start, 'unterminated-token', 'the file ends within a token');
  }
  return finishToken(run, 'atom', start, end);
}

/**
 * string = quote { any character } quote. Quirk kept: it may contain newlines, but its text ends at
 * a NUL.
 */
function readString(run: Run): Token {
  const { bytes } = run.source;
  const start = run.at;
  const end = bytes.indexOf(bytes[start] as number, start + 1);
  if (end < 0) throw failure(run, start, 'unterminated-string', 'the file ends within a string');
  const token = finishToken(run, 'string', start, end);
  const nul = bytes.subarray(start, end).indexOf(0);
  return nul < 0 ? token : { ...token, end: start + nul };
}

function finishToken(run: Run, kind: Token['kind'], start: number, end: number): Token {
  if (end - start > MAX_TOKEN) {
    const message = `a token of ${end - start} characters: at most ${MAX_TOKEN} are possible`;
    throw failure(run, start, 'long-token', message);
  }
  run.at = end + 1;
  return { kind, start, end };
}

/** Print one line: a string, a macro's value, a number's digits, or the token unchanged. */
function print(run: Run, token: Token): void {
  const { out, source } = run;
  if (token.kind === 'string') {
    run.provenance?.add(out.length, 0, token.start, sourceEnd(run, token));
    printString(run, token);
  } else {
    const number = run.names.intern(source.bytes, token.start, token.end);
    const value = run.values[number];
    run.provenance?.add(out.length, 0, token.start, token.end, run.definitions[number]);
    // Quirk kept: the value is neither evaluated nor expanded, and a string keeps its opening
    // quote.
    if (value !== undefined) out.write(source.bytes, value.start, value.end);
    else {
      const isNumber = printNumber(run, token);
      if (run.report) checkToken(run, run.report, token, isNumber);
      if (!isNumber) out.write(source.bytes, token.start, token.end);
    }
  }
  out.writeByte(LINE_FEED);
}

/** A token should be a number that fits, a label, or a reference. */
function checkToken(run: Run, report: Report, { start, end }: Token, isNumber: boolean): void {
  const text = decodeLatin1(run.source.bytes.subarray(start, end));
  const fault = minimalFault(text, isNumber);
  if (fault !== undefined) report(run.source, start, 'bad-token', latin1ToHost(fault));
}

/** Offset after a token in the source, including the closing quote of a string. */
function sourceEnd({ source: { bytes } }: Run, { kind, start, end }: Token): number {
  return kind === 'atom' ? end : bytes.indexOf(bytes[start] as number, start + 1) + 1;
}

/** '…' is printed unchanged; "…" as hexadecimal digits and one 00. */
function printString({ out, source }: Run, { start, end }: Token): void {
  if (source.bytes[start] !== DOUBLE_QUOTE) {
    out.write(source.bytes, start + 1, end);
    return;
  }
  for (let at = start + 1; at < end; at++) writeHex(out, source.bytes[at] as number);
  writeHex(out, 0);
}

/**
 * Print the digits for the number after the first character: four bytes after %, two after @, one
 * after any other. False without a number: a value of 0 counts only if its first digit is 0.
 */
function printNumber({ out, source }: Run, { start, end }: Token): boolean {
  const value = evaluate(source.bytes, start + 1, end);
  if (value === 0 && (start + 1 === end || source.bytes[start + 1] !== 0x30)) return false;
  const sigil = source.bytes[start];
  const size = sigil === 0x25 ? 4 : sigil === 0x40 ? 2 : 1;
  for (let i = 0; i < size; i++) writeHex(out, value >> (8 * i));
  return true;
}

/** number = character 'x' hexadecimal | [ '-' ] decimal, modulo 2^32; 0 for anything else. */
function evaluate(bytes: Uint8Array, start: number, end: number): number {
  if (start + 1 < end && bytes[start + 1] === 0x78) return evaluateHex(bytes, start + 2, end);
  const negative = bytes[start] === 0x2d && start < end;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return negative ? -value | 0 : value;
}

/** Quirk kept: only upper-case letters are digits, and `:` to `@` before them count as 3 to 9. */
function evaluateHex(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    let digit = (bytes[at] as number) - 0x30;
    if (digit >= 10) digit -= 7;
    if (digit < 0 || digit > 15) return 0;
    value = (value << 4) + digit;
  }
  return value | 0;
}

const HEX_DIGITS = [...'0123456789ABCDEF'].map((digit) => digit.charCodeAt(0));

function writeHex(out: ByteWriter, byte: number): void {
  out.writeByte(HEX_DIGITS[(byte >> 4) & 15] as number);
  out.writeByte(HEX_DIGITS[byte & 15] as number);
}

function failure(run: Run, offset: number, code: string, message: string): ToolError {
  return errorAt(run.source, offset, code, message);
}
