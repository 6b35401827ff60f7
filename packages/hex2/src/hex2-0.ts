// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * hex2-0: hexadecimal text with named labels → an image that is loaded at 0x08048000.
 *
 * The hand-written ancestor of hex2: x86 only, one source, no range checks, no options. One pass
 * over the text writes every byte and leaves holes for the references; then the holes are filled.
 * Invariant: BASE_ADDRESS + out.length is the address of the next whole byte.
 *
 * Behaviour defined by x86/hex2_x86.hex1 of stage0-posix 1.9.1.
 */
import { ByteWriter, NameTable, type ProvenanceMap } from '@stage0-ts/bytes';
import {
  errorAt,
  type FindingOptions,
  reportOf,
  requireBytes,
  type Source,
  type ToolError,
} from '@stage0-ts/diagnostics';
import type { LinkResult, LinkSymbol } from './result.ts';
import { MINIMAL_SIGILS, type Sigil, sigilOf } from './sigils.ts';
import { type Suspicions, suspicionsFor } from './strict.ts';

const BASE_ADDRESS = 0x08048000;
/**
 * Longest name in bytes: upstream has this many between its scratch memory and the end of its
 * segment.
 */
const MAX_NAME = 6787;

/** Classes of input bytes that are not digits; digits are their value, 0 to 15. */
const SEPARATOR = -1;
const COMMENT = -2;
const LABEL = -3;
const REFERENCE = -4;

const CLASSES: Int8Array = classTable();

/** Options of {@link linkMinimal}. */
export interface LinkMinimalOptions extends FindingOptions {
  /** Name of the source in error messages; default `input`. */
  readonly name?: string;
  /**
   * Receives, for each byte, its digits or reference, and the label that this names. Default: no
   * map is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
}

interface Reference {
  /** Offset of the hole in the image. */
  readonly at: number;
  readonly sigil: Sigil;
  readonly target: number;
  /** Number of the name after `>`, or -1. */
  readonly base: number;
  /** Offset of the sigil in the source. */
  readonly offset: number;
}

interface Run {
  readonly source: Source;
  readonly suspicions: Suspicions | undefined;
  readonly out: ByteWriter;
  /** In the map, a name's number is the number of its definition. */
  readonly provenance: ProvenanceMap | undefined;
  readonly names: NameTable;
  /** Address, by the number of the name; no entry for an undefined name. */
  readonly addresses: number[];
  readonly symbols: LinkSymbol[];
  readonly references: Reference[];
}

/** A name in the source: its number, and the offset after the character that ends it. */
interface Name {
  readonly number: number;
  readonly next: number;
  readonly hasBase: boolean;
}

/**
 * Link hex2 text as hex2-0 does.
 *
 * Throws a positioned ToolError for an undefined label or base, a name that is too long, and a name
 * or comment that the end of the file cuts off.
 */
export function linkMinimal(bytes: Uint8Array, options: LinkMinimalOptions = {}): LinkResult {
  requireBytes(bytes);
  const run: Run = {
    source: { name: options.name ?? 'input', bytes },
    suspicions: suspicionsFor(reportOf(options)),
    out: new ByteWriter(bytes.length >> 1),
    provenance: options.provenance,
    names: new NameTable(),
    addresses: [],
    symbols: [],
    references: [],
  };
  run.provenance?.addSource(run.source.name);
  read(run);
  run.suspicions?.defined(run.symbols, [run.source]);
  for (const reference of run.references) fillHole(run, reference);
  run.provenance?.finish(run.out.length);
  return { image: run.out.toBytes(), symbols: run.symbols };
}

/** source = { digit | ':' name | sigil name [ '>' name ] | comment | separator } */
function read(run: Run): void {
  const { bytes } = run.source;
  const { out, provenance, suspicions } = run;
  let high = -1; // first digit of the current byte, or -1 between bytes
  let first = 0; // offset of that digit
  for (let at = 0; at < bytes.length; ) {
    const kind = CLASSES[bytes[at] as number] as number;
    if (kind >= 0) {
      at++;
      if (high < 0) {
        high = kind;
        first = at - 1;
      } else {
        provenance?.add(out.length, 0, first, at);
        out.writeByte(high * 16 + kind);
        high = -1;
      }
    } else if (kind === SEPARATOR) {
      suspicions?.skipped(run.source, at);
      at++;
    } else if (kind === COMMENT) at = commentEnd(run, at);
    else {
      suspicions?.interrupted(run.source, at, high >= 0);
      // Quirk kept: addresses are counted by first digits, so a label inside a byte has the address
      // after it.
      if (kind === LABEL) at = readLabel(run, at, out.length + (high < 0 ? 0 : 1));
      else at = readReference(run, at);
    }
  }
  suspicions?.ended(run.source, first, high >= 0);
}

function readLabel(run: Run, offset: number, position: number): number {
  const { number, next } = readName(run, offset);
  const address = BASE_ADDRESS + position;
  run.addresses[number] = address;
  const name = run.names.text(number);
  run.symbols.push({ name, address, file: run.source.name, offset });
  run.provenance?.define(number, 0, offset, next - 1);
  return next; // a `>` that ends the name is consumed, so digits may follow it
}

/** A reference inside a byte is written before that byte, and the byte does not count for it. */
function readReference(run: Run, offset: number): number {
  const sigil = sigilOf(run.source.bytes[offset] as number);
  const target = readName(run, offset);
  const base = target.hasBase ? readName(run, target.next - 1) : undefined;
  const { next } = base ?? target;
  run.provenance?.add(run.out.length, 0, offset, next - 1, target.number);
  run.references.push({
    at: run.out.length,
    sigil,
    target: target.number,
    base: base?.number ?? -1,
    offset,
  });
  run.out.fill(0, sigil.size);
  return next;
}

/**
 * The name after the sigil at `offset`: all bytes up to a tab, newline, blank or `>`; it may be
 * empty.
 */
function readName(run: Run, offset: number): Name {
  const { bytes } = run.source;
  const start = offset + 1;
  let nul = -1;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x3e) {
      if (at - start > MAX_NAME) {
        const message = `a name of ${at - start} bytes: at most ${MAX_NAME} are possible`;
        throw failure(run, offset, 'long-name', message);
      }
      // Quirk kept: names are compared only up to a NUL.
      const number = run.names.intern(bytes, start, nul < 0 ? at : nul);
      return { number, next: at + 1, hasBase: byte === 0x3e };
    }
    if (byte === 0 && nul < 0) nul = at;
  }
  throw failure(run, offset, 'unterminated-name', 'the file ends within a name');
}

/** Offset after the LF or CR that ends the comment at `start`. */
function commentEnd(run: Run, start: number): number {
  const { bytes } = run.source;
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 0x0a || bytes[at] === 0x0d) return at + 1;
  }
  throw failure(run, start, 'unterminated-comment', 'the file ends within a comment');
}

/**
 * Quirk kept: the base of an absolute reference has no effect, but must exist. Values are
 * truncated.
 */
function fillHole(run: Run, reference: Reference): void {
  const { at } = reference;
  const { size, absolute } = reference.sigil;
  const target = addressOf(run, reference.target, reference.offset);
  const explicit = reference.base < 0 ? -1 : addressOf(run, reference.base, reference.offset);
  const base = explicit < 0 ? BASE_ADDRESS + at + size : explicit;
  const value = absolute ? target : target - base;
  if (run.suspicions) checkFit(run.suspicions, run.source, reference, value);
  const image = run.out.view();
  for (let i = 0; i < size; i++) image[at + i] = value >> (8 * i);
}

/** A value should fit into its bytes, and a base should be named only where it has an effect. */
function checkFit(
  suspicions: Suspicions,
  source: Source,
  { sigil, base, offset }: Reference,
  value: number,
): void {
  const { size, absolute } = sigil;
  if (absolute && base >= 0) suspicions.uselessBase(source, offset);
  const half = 2 ** (8 * size - 1);
  const fits = size === 4 || (absolute ? value < 2 * half : value >= -half && value < half);
  const bytes = size === 1 ? '1 byte' : `${size} bytes`;
  if (!fits) suspicions.truncated(source, offset, `${value} does not fit ${bytes}`);
}

function addressOf(run: Run, name: number, offset: number): number {
  const address = run.addresses[name];
  if (address !== undefined) return address;
  throw failure(run, offset, 'undefined-label', `undefined label ${run.names.shown(name)}`);
}

function failure(run: Run, offset: number, code: string, message: string): ToolError {
  return errorAt(run.source, offset, code, message);
}

function classTable(): Int8Array {
  const table = new Int8Array(256).fill(SEPARATOR);
  for (let value = 0; value <= 9; value++) table[0x30 + value] = value;
  for (let value = 10; value <= 15; value++) {
    table[0x41 + value - 10] = value;
    table[0x61 + value - 10] = value;
  }
  for (const mark of '#;') table[mark.charCodeAt(0)] = COMMENT;
  for (const sigil of MINIMAL_SIGILS) table[sigil.charCodeAt(0)] = REFERENCE;
  table[0x3a] = LABEL; // :
  return table;
}
