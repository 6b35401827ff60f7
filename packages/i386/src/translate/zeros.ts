// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Where a memory has bytes that are not zero: found by WebAssembly, in lines of 64 bytes.
 *
 * The system gives a page room when it is first used, so nothing here writes to a line that has
 * only zeros. In JavaScript this would take several times as long, for each of thousands of small
 * programs.
 */
import { POINTERS_NAME } from './layout.ts';
import { type WasmMemory, type WasmModule, type WasmTable, webAssembly } from './platform.ts';
import { Code, type DefinedFunction, encodeModule, OP, TABLE_NAME } from './wasm.ts';

/** Bytes; sizes of memories are multiples of this. */
const LINE = 64;
/** Of i64. */
const WORD = 8;

/** Both take (from, to), offsets in the memory that are multiples of {@link LINE}. */
const SIGNATURE = { parameters: 2, results: 1 } as const;
const [FROM, TO] = [0, 1];

export class Zeros {
  private readonly firstOther: (from: number, to: number) => number;
  private readonly clearAll: (from: number, to: number) => number;

  constructor(memory: WasmMemory) {
    const platform = webAssembly();
    if (platform === undefined) throw new Error('no WebAssembly here');
    compiled ??= new platform.Module(encode());
    const table = new platform.Table({ element: 'anyfunc', initial: 1 });
    const { exports } = new platform.Instance(compiled, {
      env: { memory, [POINTERS_NAME]: table },
    });
    const functions = exports[TABLE_NAME] as WasmTable;
    this.firstOther = functions.get(0) as typeof this.firstOther;
    this.clearAll = functions.get(1) as typeof this.clearAll;
  }

  /** The first line from `start` on that is not zero, or `end`, or the next line's start. */
  firstUsed(start: number, end: number): number {
    return this.firstOther(start, end);
  }

  /** Make the bytes from `start` up to `end` zero, and those up to the end of the last line. */
  clear(start: number, end: number): void {
    this.clearAll(start, end);
  }
}

let compiled: WasmModule | undefined;

function encode(): Uint8Array<ArrayBuffer> {
  return encodeModule({
    imports: [],
    functions: [
      eachUsedLine((code) => {
        code.indexed(OP.local_get, FROM);
        code.op(OP.return);
      }),
      eachUsedLine((code) => {
        for (let at = 0; at < LINE; at += WORD) {
          code.indexed(OP.local_get, FROM);
          code.longConstant(0);
          code.memory(OP.i64_store, at);
        }
      }),
    ],
    pointers: { name: POINTERS_NAME, signature: SIGNATURE },
    memoryPages: 1,
  }).bytes;
}

/** A function that does `withLine` for each line that is not zero, and returns where it ended. */
function eachUsedLine(withLine: (code: Code) => void): DefinedFunction {
  const code = new Code();
  const all = code.open(OP.block);
  const next = code.open(OP.loop);
  code.indexed(OP.local_get, FROM);
  code.indexed(OP.local_get, TO);
  code.op(OP.i32_ge_u);
  code.branch(OP.br_if, all);
  for (let at = 0; at < LINE; at += WORD) {
    code.indexed(OP.local_get, FROM);
    code.memory(OP.i64_load, at);
    if (at > 0) code.op(OP.i64_or);
  }
  code.op(OP.i64_eqz);
  code.op(OP.i32_eqz);
  code.open(OP.if);
  withLine(code);
  code.end();
  code.indexed(OP.local_get, FROM);
  code.constant(LINE);
  code.op(OP.i32_add);
  code.indexed(OP.local_set, FROM);
  code.branch(OP.br, next);
  code.end();
  code.end();
  code.indexed(OP.local_get, FROM);
  code.op(OP.end);
  return { code, locals: 0, signature: SIGNATURE };
}
