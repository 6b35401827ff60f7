// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The body of a WebAssembly function → its text, one instruction a line, as the specification's
 * text format has it; with the guest's instruction before what it became. For people, and for the
 * tests in test/expect.
 *
 * Only what wasm.ts writes is read. Invariant: the text has every byte's meaning, so that equal
 * texts are equal code.
 */
import { IMPORTS, LOCAL_NAMES } from './layout.ts';
import { OP } from './wasm.ts';

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(OP).map(([name, opcode]) => [opcode, nameOf(name)]),
);

/** `i32_load8_s` → `i32.load8_s`, `br_if` → `br_if`. */
function nameOf(name: string): string {
  return name.replace(/^(i32|i64|local)_/, '$1.');
}

const OPENING: ReadonlySet<number> = new Set([OP.block, OP.loop, OP.if]);
const LOCALS: ReadonlySet<number> = new Set([OP.local_get, OP.local_set, OP.local_tee]);
const CONSTANTS: ReadonlySet<number> = new Set([OP.i32_const, OP.i64_const]);
const EMPTY = 0x40;

export interface TextOptions {
  /** Offset in the code → the line before what is there. */
  readonly comments: ReadonlyMap<number, string>;
  /** Names of functions after the imports, by index. */
  readonly functionName: (index: number) => string;
  /** What is at an offset in memory, if it has a name. */
  readonly placeName: (offset: number) => string | undefined;
}

/** Lines of the body `code`. */
export function wasmText(code: Uint8Array, options: TextOptions): string[] {
  const { comments } = options;
  const lines: string[] = [];
  const reader = new Reader(code);
  let depth = 0;
  while (reader.at < code.length) {
    const comment = comments.get(reader.at);
    if (comment !== undefined) lines.push(`${indent(depth)};; ${comment}`);
    const opcode = reader.byte();
    if (opcode === OP.end || opcode === OP.else) depth--;
    const parts = [NAMES.get(opcode), ...immediates(reader, opcode, options)];
    lines.push(indent(depth) + parts.join(' '));
    if (OPENING.has(opcode) || opcode === OP.else) depth++;
  }
  return lines;
}

function indent(depth: number): string {
  return '  '.repeat(Math.max(0, depth));
}

function immediates(
  reader: Reader,
  opcode: number,
  { functionName, placeName }: TextOptions,
): (string | number)[] {
  if (OPENING.has(opcode)) return reader.byte() === EMPTY ? [] : ['(result i32)'];
  if (LOCALS.has(opcode)) return [localName(reader.unsigned())];
  if (CONSTANTS.has(opcode)) return [constant(reader.signed())];
  if (opcode >= OP.i32_load && opcode <= OP.i32_store16) return memory(reader, placeName);
  switch (opcode) {
    case OP.br:
    case OP.br_if:
      return [reader.unsigned()];
    case OP.br_table:
      return Array.from({ length: reader.unsigned() + 1 }, () => reader.unsigned());
    case OP.call: {
      const index = reader.unsigned();
      return [`$${IMPORTS[index]?.name ?? functionName(index)}`];
    }
    default:
      return [];
  }
}

function memory(reader: Reader, placeName: TextOptions['placeName']): string[] {
  reader.byte(); // the alignment, which is always 1
  const offset = reader.unsigned();
  const name = placeName(offset);
  const comment = name === undefined ? [] : [`(; ${name} ;)`];
  return offset === 0 ? comment : [`offset=${offset}`, ...comment];
}

function localName(index: number): string {
  return LOCAL_NAMES[index] === undefined ? `$${index}` : `$${LOCAL_NAMES[index]}`;
}

/** Small numbers as they are, addresses in hexadecimal. */
function constant(value: number): string {
  return Math.abs(value) < 0x10000 ? String(value) : `0x${(value >>> 0).toString(16)}`;
}

class Reader {
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++] as number;
  }

  /** An unsigned LEB128 number. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** A signed one of 32 bits. */
  signed(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      return shift < 25 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
  }
}
