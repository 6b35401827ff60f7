// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * First half of hex2: sources → bytes with holes, labels with addresses, and the references to fill in.
 *
 * source = { digit | ':' name | pointer name [ '>' name ] | '<' | '^' | '.' word | comment | separator }.
 * Signs have their meaning anywhere outside comments and names, within a byte too: its digits wait.
 * Invariant: base address + out.length is the address of the next whole byte.
 *
 * Behaviour defined by mescc-tools/hex2_linker.c and hex2_word.c of stage0-posix 1.9.1.
 */
import { ByteWriter, NameTable, type ProvenanceMap } from '@stage0-ts/bytes';
import { errorAt, type Source } from '@stage0-ts/diagnostics';
import { type ByteMode, isRiscV, type TargetOptions } from './options.ts';
import type { LinkSymbol } from './result.ts';
import { type Step, wordImmediate } from './riscv.ts';
import { requireUnique, requireWhiteSpace, requireWholeBytes, splitByte } from './strict.ts';

/** Classes of input bytes that are no digit; digits are their value. */
const SEPARATOR = -1;
const COMMENT = -2;
const LABEL = -3;
const POINTER = -4;
const PADDING = -5;
const ALIGNED = -6;
const WORD = -7;

const GREATER = 0x3e;
const LONGEST_NAME = 4095;

/** A byte written in digits: how many, and the base of the number that they form. */
interface Notation {
  readonly digits: number;
  readonly radix: number;
  readonly classes: Int8Array;
}

const NOTATIONS: Readonly<Record<ByteMode, Notation>> = {
  hex: { digits: 2, radix: 16, classes: classTable(16) },
  octal: { digits: 3, radix: 8, classes: classTable(8) },
  binary: { digits: 8, radix: 2, classes: classTable(2) },
};

/** 1 for the bytes that end a name: tab, newline, blank, `>`; 2 for NUL, which none may hold. */
const NAME_ENDS: Uint8Array = nameEndTable();

/** What stands at the end of a file where a name is expected: upstream stores its EOF as a character. */
const EOF_NAME = new Uint8Array([0xff]);

/** A use of a label. */
export interface Reference {
  readonly source: Source;
  /** Offset of the sign in the source. */
  readonly offset: number;
  /** Character code of the sign. */
  readonly sign: number;
  /** Number of the label's name. */
  readonly target: number;
  /** Number of the name after `>`, or -1. */
  readonly base: number;
  /** True when a `^` came before it that no other reference used up. */
  readonly aligned: boolean;
  /** Offset in the image of the hole, or of the next byte when `size` is 0. */
  readonly at: number;
  /** Bytes of the hole; 0 for a reference that changes the register (RISC-V). */
  readonly size: number;
}

/** A change of the RISC-V register that needs no label, or bytes that it passes by. */
export interface Layout extends Step {
  /** Index in `references` of the first one that comes after it. */
  readonly before: number;
}

/** All that is known when the text has been read. */
export interface Scan {
  readonly options: Required<TargetOptions>;
  /** Its definitions have the numbers of the names. */
  readonly map: ProvenanceMap | undefined;
  /** Number in the map of the source that is read. */
  sourceNumber: number;
  /** RISC-V with a map only: the label that changed the register last, and how many bytes it reaches. */
  inRegister: { name: number; bytes: number };
  readonly out: ByteWriter;
  readonly names: NameTable;
  /** Address by a name's number; no entry when it is undefined. */
  readonly addresses: number[];
  readonly symbols: LinkSymbol[];
  readonly references: Reference[];
  /** RISC-V only, in the order of the text. */
  readonly layout: Layout[];
  /** The `^` flag: it stays, across files too, until a reference uses it. */
  aligned: boolean;
}

/** Read all sources, one after another. Throws a positioned ToolError. */
export function scan(
  sources: readonly Source[],
  options: Required<TargetOptions>,
  map: ProvenanceMap | undefined,
): Scan {
  const size = sources.reduce((sum, source) => sum + source.bytes.length, 0);
  const result: Scan = {
    options,
    map,
    sourceNumber: 0,
    inRegister: { name: -1, bytes: 0 },
    out: new ByteWriter(size >> 1),
    names: new NameTable(),
    addresses: [],
    symbols: [],
    references: [],
    layout: [],
    aligned: false,
  };
  for (const source of sources) {
    result.sourceNumber = map?.addSource(source.name) ?? 0;
    scanSource(result, source);
  }
  if (options.strict) requireUnique(result.symbols, sources);
  return result;
}

/** One source. Digits of a byte that its end cuts off are dropped. */
function scanSource(run: Scan, source: Source): void {
  const { bytes } = source;
  const { out, map } = run;
  const { digits, radix, classes } = NOTATIONS[run.options.byteMode];
  const { strict } = run.options;
  const riscV = isRiscV(run.options.architecture);
  let value = 0; // of the digits that wait for the rest of their byte
  let count = 0; // how many wait
  let first = 0; // offset of the first of them
  let wordAt = -1; // offset of the `.` while its word is read
  let word = 0;
  let wordBytes = 0;
  for (let at = 0; at < bytes.length; ) {
    const kind = classes[bytes[at] as number] as number;
    if (kind >= 0) {
      if (count === 0) first = at;
      at++;
      value = value * radix + kind;
      if (++count < digits) continue;
      if (wordAt < 0) {
        if (map !== undefined) mapByte(run, map, first, at);
        out.writeByte(value);
      } else {
        word = (word << 8) ^ value; // quirk kept: an octal 777 reaches into the byte before
        if (++wordBytes === 4) {
          addStep(run, 0, wordImmediate(word, run.options.bigEndian));
          wordAt = -1;
        }
      }
      value = 0;
      count = 0;
    } else if (kind === SEPARATOR) {
      if (strict) requireWhiteSpace(source, at);
      at++;
    } else if (kind === COMMENT) at = commentEnd(bytes, at);
    else if (strict && count > 0) throw splitByte(source, at);
    else if (wordAt >= 0)
      at++; // within a word all signs but comments are skipped
    else if (kind === POINTER) at = pointer(run, source, at, riscV);
    else if (kind === LABEL) at = label(run, source, at);
    else if (kind === WORD) {
      if (riscV) wordAt = at;
      word = 0;
      wordBytes = 0;
      at++;
    } else {
      if (kind === PADDING) pad(run, at, riscV);
      else run.aligned = true;
      at++;
    }
  }
  if (strict) requireWholeBytes(source, first, count > 0);
  if (wordAt >= 0) {
    throw errorAt(source, wordAt, 'unterminated-word', 'the file ends within a word');
  }
}

function label(run: Scan, source: Source, offset: number): number {
  const end = nameEnd(source, offset);
  const number = internName(run, source, offset, end);
  const address = (run.options.baseAddress + run.out.length) | 0;
  run.addresses[number] = address;
  run.symbols.push({ name: run.names.text(number), address, file: source.name, offset });
  run.map?.define(number, run.sourceNumber, offset, end);
  return end + 1; // a `>` that ends the name is gone: what follows it is read as digits
}

/**
 * pointer = sign name [ '>' name ], a hole of 1 to 4 bytes; on RISC-V the signs `! @ $ ~` make no hole
 * but change the register, and what follows their `>` is no base.
 */
function pointer(run: Scan, source: Source, offset: number, riscV: boolean): number {
  const { bytes } = source;
  const sign = bytes[offset] as number;
  const size = pointerSize(sign, riscV);
  let end = nameEnd(source, offset);
  const target = internName(run, source, offset, end);
  let base = -1;
  if (bytes[end] === GREATER && size > 0) {
    const start = end;
    end = nameEnd(source, start);
    base = internName(run, source, start, end);
  }
  const at = run.out.length;
  const aligned = run.aligned && base < 0;
  if (base < 0) run.aligned = false;
  if (riscV && size > 0) addStep(run, size, 0);
  if (run.map !== undefined) mapPointer(run, run.map, { target, size }, offset, end);
  run.references.push({ source, offset, sign, target, base, aligned, at, size });
  run.out.fill(0, size);
  return end + 1;
}

function pointerSize(sign: number, riscV: boolean): number {
  if (sign === 0x25 || sign === 0x26) return 4; // % &
  if (riscV) return 0;
  if (sign === 0x21) return 1; // !
  return sign === 0x7e ? 3 : 2; // ~, or @ $
}

/** '<': zeros up to the next multiple of four, where instructions must be aligned. */
function pad(run: Scan, offset: number, riscV: boolean): void {
  const { architecture, baseAddress } = run.options;
  if (!riscV && architecture !== 'armv7l' && architecture !== 'aarch64') return;
  const count = -(baseAddress + run.out.length) & 3;
  if (riscV && count > 0) addStep(run, count, 0);
  if (count > 0) run.map?.add(run.out.length, run.sourceNumber, offset, offset + 1);
  run.out.fill(0, count);
}

/** A byte written in digits; on RISC-V with the label whose immediate is put into it. */
function mapByte(run: Scan, map: ProvenanceMap, start: number, end: number): void {
  const { inRegister } = run;
  const label = inRegister.bytes > 0 ? inRegister.name : -1;
  if (inRegister.bytes > 0) inRegister.bytes--;
  map.add(run.out.length, run.sourceNumber, start, end, label);
}

function mapPointer(
  run: Scan,
  map: ProvenanceMap,
  { target, size }: { readonly target: number; readonly size: number },
  start: number,
  end: number,
): void {
  if (size > 0) map.add(run.out.length, run.sourceNumber, start, end, target);
  else run.inRegister = { name: target, bytes: 4 };
}

function addStep(run: Scan, skip: number, word: number): void {
  run.layout.push({ at: run.out.length, skip, word, before: run.references.length });
}

/** Offset of the byte that ends the name behind the sign at `offset`, or of the end of the file. */
function nameEnd(source: Source, offset: number): number {
  const { bytes } = source;
  for (let at = offset + 1; at < bytes.length; at++) {
    const end = NAME_ENDS[bytes[at] as number];
    if (end === 0) continue;
    if (end === 2) throw errorAt(source, at, 'bad-name', 'NUL in a name');
    return at;
  }
  return bytes.length;
}

/** The number of the name between the sign at `offset` and `end`; it may be empty. */
function internName(run: Scan, source: Source, offset: number, end: number): number {
  const start = offset + 1;
  if (end - start > LONGEST_NAME) {
    const message = `a name of ${end - start} bytes: at most ${LONGEST_NAME} are possible`;
    throw errorAt(source, offset, 'long-name', message);
  }
  if (start >= source.bytes.length) return run.names.intern(EOF_NAME, 0, 1);
  return run.names.intern(source.bytes, start, end);
}

/** Offset behind the LF or CR that ends the comment at `start`; the end of the file ends it too. */
function commentEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  return at + 1;
}

function classTable(radix: number): Int8Array {
  const table = new Int8Array(256).fill(SEPARATOR);
  for (let value = 0; value < radix; value++) {
    const digit = value.toString(16);
    table[digit.charCodeAt(0)] = value;
    table[digit.toUpperCase().charCodeAt(0)] = value;
  }
  for (const sign of '#;') table[sign.charCodeAt(0)] = COMMENT;
  for (const sign of '!@$~%&') table[sign.charCodeAt(0)] = POINTER;
  table[0x3a] = LABEL; // :
  table[0x3c] = PADDING; // <
  table[0x5e] = ALIGNED; // ^
  table[0x2e] = WORD; // .
  return table;
}

function nameEndTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of [0x09, 0x0a, 0x20, GREATER]) table[byte] = 1;
  table[0] = 2;
  return table;
}
