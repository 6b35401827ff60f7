// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * WebAssembly as bytes: instructions into a function body, bodies into a module (core specification
 * 1.0, chapter 5).
 *
 * Only what the translator needs. Invariant: `Code.depth` is the number of open blocks, so that a
 * branch can name a block by the depth at which it was opened.
 */
import { ByteWriter } from '@stage0-ts/bytes';

/** Opcodes, by their names in the text format. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  return: 0x0f,
  call: 0x10,
  call_indirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  local_get: 0x20,
  local_set: 0x21,
  local_tee: 0x22,
  i32_load: 0x28,
  i64_load: 0x29,
  i32_load8_s: 0x2c,
  i32_load8_u: 0x2d,
  i32_load16_s: 0x2e,
  i32_load16_u: 0x2f,
  i32_store: 0x36,
  i64_store: 0x37,
  i32_store8: 0x3a,
  i32_store16: 0x3b,
  i32_const: 0x41,
  i64_const: 0x42,
  i32_eqz: 0x45,
  i32_eq: 0x46,
  i32_ne: 0x47,
  i32_lt_s: 0x48,
  i32_lt_u: 0x49,
  i32_gt_u: 0x4b,
  i32_le_s: 0x4c,
  i32_le_u: 0x4d,
  i32_ge_s: 0x4e,
  i32_ge_u: 0x4f,
  i64_eqz: 0x50,
  i32_clz: 0x67,
  i32_ctz: 0x68,
  i32_popcnt: 0x69,
  i32_add: 0x6a,
  i32_sub: 0x6b,
  i32_mul: 0x6c,
  i32_div_s: 0x6d,
  i32_div_u: 0x6e,
  i32_rem_s: 0x6f,
  i32_rem_u: 0x70,
  i32_and: 0x71,
  i32_or: 0x72,
  i32_xor: 0x73,
  i32_shl: 0x74,
  i32_shr_s: 0x75,
  i32_shr_u: 0x76,
  i64_mul: 0x7e,
  i64_or: 0x84,
  i64_shr_s: 0x87,
  i64_shr_u: 0x88,
  i32_wrap_i64: 0xa7,
  i64_extend_i32_s: 0xac,
  i64_extend_i32_u: 0xad,
  i32_extend8_s: 0xc0,
  i32_extend16_s: 0xc1,
} as const;

/** Of operands by their size in bytes: loads with the sign, stores, and the sign again. */
export const LOADS: Readonly<Record<number, number>> = {
  1: OP.i32_load8_s,
  2: OP.i32_load16_s,
  4: OP.i32_load,
};
export const STORES: Readonly<Record<number, number>> = {
  1: OP.i32_store8,
  2: OP.i32_store16,
  4: OP.i32_store,
};
export const EXTENDS: Readonly<Record<number, number>> = {
  1: OP.i32_extend8_s,
  2: OP.i32_extend16_s,
};

const I32 = 0x7f;
const FUNCREF = 0x70;
const EMPTY = 0x40;

/** Index of the type of functions that are called by pointers, and of their table. */
const POINTER_TYPE = 0;
const IMPORTED_TABLE = 0;
/** Index of a module's own table. */
const OWN_TABLE = 1;

/** The body of one function. */
export class Code {
  readonly bytes: ByteWriter = new ByteWriter(256);
  /** Blocks that are open. */
  depth = 0;

  op(opcode: number): void {
    this.bytes.writeByte(opcode);
  }

  /** An opcode with one index: local or function. */
  indexed(opcode: number, index: number): void {
    this.bytes.writeByte(opcode);
    unsignedLeb(this.bytes, index);
  }

  constant(value: number): void {
    this.bytes.writeByte(OP.i32_const);
    signedLeb(this.bytes, value | 0);
  }

  longConstant(value: number): void {
    this.bytes.writeByte(OP.i64_const);
    signedLeb(this.bytes, value);
  }

  /** call_indirect of a function in the table that {@link ModuleParts.pointers} names. */
  callPointer(): void {
    this.bytes.write(new Uint8Array([OP.call_indirect, POINTER_TYPE, IMPORTED_TABLE]));
  }

  /** A load or store `offset` after the address on the stack, of any alignment. */
  memory(opcode: number, offset = 0): void {
    this.bytes.writeByte(opcode);
    this.bytes.writeByte(0);
    unsignedLeb(this.bytes, offset);
  }

  /** memory.copy of (to, from, count). */
  memoryCopy(): void {
    this.bytes.write(new Uint8Array([0xfc, 10, 0, 0]));
  }

  /** memory.fill of (to, byte, count). */
  memoryFill(): void {
    this.bytes.write(new Uint8Array([0xfc, 11, 0]));
  }

  /** Open a block, loop or if, perhaps with a result; returns its depth, for {@link branch}. */
  open(opcode: number, result = false): number {
    this.bytes.writeByte(opcode);
    this.bytes.writeByte(result ? I32 : EMPTY);
    this.depth++;
    return this.depth;
  }

  end(): void {
    this.bytes.writeByte(OP.end);
    this.depth--;
  }

  /** br or br_if to the block that was opened at `depth`. */
  branch(opcode: number, depth: number): void {
    this.indexed(opcode, this.depth - depth);
  }

  /** br_table: case n goes to `depths[n]`, all others to the last. */
  table(depths: readonly number[]): void {
    this.bytes.writeByte(OP.br_table);
    unsignedLeb(this.bytes, depths.length - 1);
    for (const depth of depths) unsignedLeb(this.bytes, this.depth - depth);
  }
}

/** A function type of i32 values only. */
export interface Signature {
  readonly parameters: number;
  readonly results: 0 | 1 | 2;
}

export interface ImportedFunction {
  readonly name: string;
  readonly signature: Signature;
}

export interface DefinedFunction {
  /** i32 locals, parameters apart. */
  readonly locals: number;
  readonly code: Code;
  readonly signature: Signature;
}

export interface ModuleParts {
  /** From the module `env`, which also gives the memory `memory`. */
  readonly imports: readonly ImportedFunction[];
  /** All of them are in the table that the module exports as {@link TABLE_NAME}, in this order. */
  readonly functions: readonly DefinedFunction[];
  /**
   * Of 64 KiB, that every memory has which the module runs in. V8 makes shorter code for constant
   * addresses in them.
   */
  readonly memoryPages: number;
  /** A table from `env` with functions of this signature. */
  readonly pointers: ImportedFunction;
}

/** What the only export is called. */
export const TABLE_NAME = 'functions';

/** A whole module, and where each function's body begins in it. */
export function encodeModule(parts: ModuleParts): {
  bytes: Uint8Array<ArrayBuffer>;
  bodies: readonly number[];
} {
  const out = new ByteWriter(1 << 16);
  out.write(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  const { imports, functions, pointers } = parts;
  const typed = [pointers, ...imports, ...functions]; // see POINTER_TYPE
  const signatures = [...new Set(typed.map(({ signature }) => signature))];
  const typeOf = ({ signature }: ImportedFunction | DefinedFunction): number =>
    signatures.indexOf(signature);
  section(out, 1, signatures, (w, { parameters, results }) => {
    w.writeByte(0x60);
    unsignedLeb(w, parameters);
    w.fill(I32, parameters);
    unsignedLeb(w, results);
    w.fill(I32, results);
  });
  const imported: readonly (readonly [name: string, kind: number, ...type: number[]])[] = [
    ...imports.map((one) => [one.name, 0, typeOf(one)] as const),
    ['memory', 2, 0, parts.memoryPages],
    [pointers.name, 1, FUNCREF, 0, 1], // of at least one function
  ];
  section(out, 2, imported, (w, [text, kind, ...type]) => {
    name(w, 'env');
    name(w, text);
    w.writeByte(kind);
    for (const number of type) unsignedLeb(w, number);
  });
  section(out, 3, functions, (w, one) => unsignedLeb(w, typeOf(one)));
  // A table, as an engine makes an object for each function that is exported by a name.
  section(out, 4, [functions.length], (w, count) => {
    w.writeByte(FUNCREF);
    w.writeByte(1);
    unsignedLeb(w, count);
    unsignedLeb(w, count);
  });
  section(out, 7, [TABLE_NAME], (w, text) => {
    name(w, text);
    w.write(new Uint8Array([1, OWN_TABLE]));
  });
  section(out, 9, [functions], (w, all) => {
    // Into that table, from its first place on, functions by their indices.
    w.write(new Uint8Array([2, OWN_TABLE, OP.i32_const, 0, OP.end, 0]));
    unsignedLeb(w, all.length);
    for (const at of all.keys()) unsignedLeb(w, imports.length + at);
  });
  return { bodies: codeSection(out, functions), bytes: out.toBytes() };
}

function codeSection(out: ByteWriter, functions: readonly DefinedFunction[]): number[] {
  const content = new ByteWriter(1 << 16);
  const starts: number[] = [];
  unsignedLeb(content, functions.length);
  for (const { locals, code } of functions) {
    const head = new ByteWriter(16);
    unsignedLeb(head, 1);
    unsignedLeb(head, locals);
    head.writeByte(I32);
    unsignedLeb(content, head.length + code.bytes.length);
    content.write(head.view());
    starts.push(content.length);
    content.write(code.bytes.view());
  }
  out.writeByte(10);
  unsignedLeb(out, content.length);
  const base = out.length;
  out.write(content.view());
  return starts.map((start) => base + start);
}

function section<Item>(
  out: ByteWriter,
  id: number,
  items: readonly Item[],
  write: (to: ByteWriter, item: Item) => void,
): void {
  const content = new ByteWriter(1 << 12);
  unsignedLeb(content, items.length);
  for (const item of items) write(content, item);
  out.writeByte(id);
  unsignedLeb(out, content.length);
  out.write(content.view());
}

function name(out: ByteWriter, text: string): void {
  unsignedLeb(out, text.length);
  out.writeLatin1(text);
}

function unsignedLeb(out: ByteWriter, value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.writeByte((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.writeByte(rest);
}

function signedLeb(out: ByteWriter, value: number): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      out.writeByte(low);
      return;
    }
    out.writeByte(low | 0x80);
  }
}
