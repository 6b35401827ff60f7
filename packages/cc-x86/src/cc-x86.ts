// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * cc_x86: a subset of C → M1 assembly for i386, in one pass over the tokens.
 *
 * The stages: reader.ts (tokens) → declarations.ts, statements.ts and expressions.ts (parser and
 * code), with the help of types.ts, type-names.ts, scope.ts and literals.ts. The result is the
 * code, the global variables and the strings, one after the other. Time is linear in the source and
 * the output.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1; dialects.ts has the differences of
 * older releases.
 */
import { ByteWriter, type ProvenanceMap } from '@stage0-ts/bytes';
import { catchStackOverflow, requireBytes, requireKnown } from '@stage0-ts/diagnostics';
import { Compilation } from './compilation.ts';
import { compileProgram } from './declarations.ts';
import { DIALECTS, type DialectName } from './dialects.ts';
import { readTokens } from './reader.ts';

export interface CompileOptions {
  /** Name of the source in messages; `input` by default. */
  readonly name?: string;
  /** The first release with the language. 1.6.0 also means 1.7.0 to 1.8.1. Default: 1.9.0. */
  readonly dialect?: DialectName;
  /** Receives, for each line, its token and the name of its function. Default: no map is made. */
  readonly provenance?: ProvenanceMap | undefined;
}

/**
 * Compile a program.
 *
 * @returns M1 source, without the ELF header's definitions.
 * @throws ToolError with the position for everything that upstream rejects or crashes on.
 */
export function compile(bytes: Uint8Array, options: CompileOptions = {}): Uint8Array<ArrayBuffer> {
  requireBytes(bytes);
  requireKnown(options.dialect, Object.keys(DIALECTS), 'dialect');
  const dialect = DIALECTS[options.dialect ?? '1.9.0'];
  const source = { name: options.name ?? 'input', bytes };
  const c = new Compilation(source, readTokens(source, dialect), dialect, options.provenance);
  catchStackOverflow(
    () => compileProgram(c),
    (message) => c.error('nested-too-deeply', message, c.previous()),
  );
  const sections = [c.code, c.globalData, c.stringData];
  const out = new ByteWriter(c.code.length + c.globalData.length + c.stringData.length + 128);
  const part = (heading: string, index: number): void => {
    options.provenance?.addOwn(out.length);
    out.writeLatin1(heading);
    const bytes = sections[index]?.view() ?? new Uint8Array();
    if (index < sections.length) c.provenance?.join(out.length, index, 0, bytes.length);
    out.write(bytes);
  };
  part('\n# Core program\n', 0);
  part('\n# Program global variables\n', 1);
  part('\n# Program strings\n', 2);
  part('\n:ELF_end\n', 3);
  options.provenance?.finish(out.length);
  return out.toBytes();
}
