// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * cc_x86: a subset of C → M1 assembly for i386, in one pass over the tokens.
 *
 * The stages: reader.ts (tokens) → declarations.ts, statements.ts and expressions.ts (parser and code),
 * with types.ts, type-names.ts, scope.ts and literals.ts beside them. The result is the code, the global
 * variables and the strings, one after the other. Time is linear in the source and the output.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1.
 */
import { ByteWriter } from '@stage0-ts/bytes';
import { Compilation } from './compilation.ts';
import { program } from './declarations.ts';
import { readTokens } from './reader.ts';

export interface CompileOptions {
  /** Name of the source in messages; `input` unless told. */
  readonly name?: string;
}

/**
 * Compile a program.
 *
 * @returns M1 source, without the ELF header's definitions.
 * @throws ToolError with the position for everything that upstream refuses or crashes on.
 */
export function compile(bytes: Uint8Array, options: CompileOptions = {}): Uint8Array<ArrayBuffer> {
  const source = { name: options.name ?? 'input', bytes };
  const c = new Compilation(source, readTokens(source));
  program(c);
  const out = new ByteWriter(c.code.length + c.globalData.length + c.stringData.length + 128);
  out.writeLatin1('\n# Core program\n');
  out.write(c.code.view());
  out.writeLatin1('\n# Program global variables\n');
  out.write(c.globalData.view());
  out.writeLatin1('\n# Program strings\n');
  out.write(c.stringData.view());
  out.writeLatin1('\n:ELF_end\n');
  return out.toBytes();
}
