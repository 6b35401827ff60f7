// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * hex1: hex0 with labels of one character → bytes.
 *
 * `:c` gives the character c the current address, counted from 0; `%c` writes the displacement from
 * its own end to that address, four bytes, low byte first. One pass over the text writes every byte
 * and leaves holes for the references; then the holes are filled, as a label may come after its
 * uses.
 * Invariant: out.length is the address of the next whole byte.
 *
 * Behaviour defined by x86/hex1_x86.hex0 of stage0-posix 1.9.1.
 */
import { ByteWriter, type ProvenanceMap } from '@stage0-ts/bytes';
import {
  errorAt,
  type FindingOptions,
  reportOf,
  requireBytes,
  type ToolError,
} from '@stage0-ts/diagnostics';
import { findSuspicious } from './strict.ts';

/** Classes of input bytes that are not digits; digits are their value, 0 to 15. */
const SEPARATOR = -1;
const COMMENT = -2;
const LABEL = -3;
const REFERENCE = -4;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const CLASSES: Int8Array = classTable();

/** Options of {@link assemble}. */
export interface AssembleOptions extends FindingOptions {
  /** Name of the source in error messages; default `input`. */
  readonly name?: string;
  /**
   * Receives, for each byte, its digits or reference, and the label that this names. Default: no
   * map is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
}

/** One run: the source, the bytes so far, the labels seen and the holes to fill. */
interface Run {
  readonly name: string;
  readonly source: Uint8Array;
  readonly out: ByteWriter;
  /** In the map, a label's character is the number of its definition. */
  readonly provenance: ProvenanceMap | undefined;
  /** Address of each label by its character. Quirk kept: a label that is never defined is at 0. */
  readonly targets: Int32Array;
  /** For each reference: the offset of its hole, then the label's character. */
  readonly holes: number[];
  /** Offset of a `:` that ends the file, or -1. */
  emptyLabel: number;
}

/**
 * Assemble hex1 source.
 *
 * Throws a positioned ToolError for a comment or reference that the file's end cuts off, a `:` at
 * the end if the file has references, and a reference to the label NUL. An undefined label is an
 * error only when `strict`.
 */
export function assemble(
  source: Uint8Array,
  options: AssembleOptions = {},
): Uint8Array<ArrayBuffer> {
  requireBytes(source);
  const run: Run = {
    name: options.name ?? 'input',
    source,
    out: new ByteWriter(source.length >> 1),
    provenance: options.provenance,
    targets: new Int32Array(256),
    holes: [],
    emptyLabel: -1,
  };
  const report = reportOf(options);
  if (report) findSuspicious({ name: run.name, bytes: source }, report);
  run.provenance?.addSource(run.name);
  read(run);
  if (run.emptyLabel >= 0 && run.holes.length > 0) {
    throw failure(run, run.emptyLabel, 'missing-label', 'the file ends where a label is expected');
  }
  const image = run.out.toBytes();
  fillHoles(run, image);
  run.provenance?.finish(image.length);
  return image;
}

/** source = { digit | ':' label | '%' label | comment | separator }; a label is any one byte. */
function read(run: Run): void {
  const { source, out, targets, provenance } = run;
  let high = -1; // first digit of the current byte, or -1 between bytes
  let first = 0; // offset of that digit
  for (let at = 0; at < source.length; at++) {
    const kind = CLASSES[source[at] as number] as number;
    if (kind >= 0) {
      if (high < 0) {
        high = kind;
        first = at;
      } else {
        provenance?.add(out.length, 0, first, at + 1);
        out.writeByte(high * 16 + kind);
        high = -1;
      }
    } else if (kind === LABEL) {
      if (++at === source.length) run.emptyLabel = at - 1;
      // Quirk kept: addresses are counted by first digits, so a label inside a byte has the address
      // after it.
      else {
        targets[source[at] as number] = out.length + (high < 0 ? 0 : 1);
        provenance?.define(source[at] as number, 0, at - 1, at + 1);
      }
    } else if (kind === REFERENCE) readReference(run, ++at);
    else if (kind === COMMENT) at = commentEnd(run, at);
  }
}

/**
 * '%' label: a hole of four bytes. A reference inside a byte is written before that byte, and the
 * byte does not count for it.
 */
function readReference(run: Run, at: number): void {
  const label = run.source[at];
  if (label === undefined) {
    throw failure(run, at - 1, 'missing-label', 'the file ends where a label is expected');
  }
  // Upstream stores the address of NUL in the same place as the byte that it has just read.
  if (label === 0) throw failure(run, at, 'bad-label', 'NUL cannot be a label');
  run.provenance?.add(run.out.length, 0, at - 1, at + 1, label);
  run.holes.push(run.out.length, label);
  run.out.fill(0, 4);
}

/** Offset of the LF or CR that ends the comment at `start`. */
function commentEnd(run: Run, start: number): number {
  const { source } = run;
  for (let at = start; at < source.length; at++) {
    if (source[at] === LINE_FEED || source[at] === CARRIAGE_RETURN) return at;
  }
  throw failure(run, start, 'unterminated-comment', 'the file ends within a comment');
}

function fillHoles({ holes, targets }: Run, image: Uint8Array): void {
  const view = new DataView(image.buffer);
  for (let i = 0; i < holes.length; i += 2) {
    const at = holes[i] as number;
    view.setInt32(at, (targets[holes[i + 1] as number] as number) - (at + 4), true);
  }
}

function failure(run: Run, offset: number, code: string, message: string): ToolError {
  return errorAt({ name: run.name, bytes: run.source }, offset, code, message);
}

function classTable(): Int8Array {
  const table = new Int8Array(256).fill(SEPARATOR);
  for (let value = 0; value <= 9; value++) table[0x30 + value] = value;
  for (let value = 10; value <= 15; value++) {
    table[0x41 + value - 10] = value;
    table[0x61 + value - 10] = value;
  }
  table[0x23] = COMMENT; // #
  table[0x3b] = COMMENT; // ;
  table[0x3a] = LABEL; // :
  table[0x25] = REFERENCE; // %
  return table;
}
