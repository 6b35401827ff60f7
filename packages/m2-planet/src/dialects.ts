// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The dialects of M2-Planet: how its commits after a release change the language and the output.
 *
 * A dialect has the name of a release, or of the commit that it goes up to. Each field is one
 * difference, with the commit that made it; everything else is the same in all dialects.
 *
 * Behaviour defined by M2-Planet 1.13.1, and by commit 01a9ea5 as it is built by itself with M2libc
 * b7e5d1c.
 */

/** The release of stage0-posix 1.9.1, and upstream's newest commit (2026-06-21). */
export type DialectName = '1.13.1' | '01a9ea5';

/** The default. */
export const RELEASED: DialectName = '1.13.1';

export interface Dialect {
  /**
   * The byte that ends an input as if the file ended there, outside of `//` comments. 4c1b7ab reads
   * through a buffer of signed characters, so 0xFF is its end of file. Undefined if no byte ends an
   * input.
   */
  readonly endByte: number | undefined;
  /** Pieces of output of this length or more are written twice (4c1b7ab). */
  readonly outputBuffer: number | undefined;
  /** The first token of an expansion may be a macro itself (7efa43e). */
  readonly expandsFirst: boolean;
  /** In a skipped block, any token that is `#endif` ends a nested block (95eb4e0). */
  readonly endsNestedAnywhere: boolean;
  /** `*` in constant expressions (54e8f82). */
  readonly hasConstantProducts: boolean;
  /** A `;` alone is a statement (66ef76a). */
  readonly hasEmptyStatements: boolean;
  /** `p->m++` and `s.m--` change the member, not what its value points to (f487254). */
  readonly stepsMembers: boolean;
  /** A typedef's pointer points to the typedef, not to itself (f89b82d). */
  readonly pointsToTypedefs: boolean;
  /** A local array without an index means its address, not its first word (b17c0c9). */
  readonly arraysAreAddresses: boolean;
  /** `&` before an operand with an index leaves the last value unread (b0ec403). */
  readonly hasElementAddresses: boolean;
  /** Equal strings in functions share one label (dc1318b). */
  readonly sharesStrings: boolean;
  /**
   * While the arguments of a call are computed, a function pointer is on the stack, not in a
   * register (f315f78).
   */
  readonly keepsPointerOnStack: boolean;
  /** Sums are written by the emitter of single instructions, and `-=` has a note (90175f8). */
  readonly emitsSums: boolean;
  /**
   * False if the compiler crashes when it writes a return for aarch64. Since aefa284 its source
   * tests `Architecture == AARCH64 || Architecture & …`, and the compiler gives `||` and `&` the
   * same precedence.
   */
  readonly returnsOnAarch64: boolean;
  /**
   * The bytes in front of the compiler's table of digits, from index -1 down; a NUL ends the text.
   */
  readonly beforeDigits: string;
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  '1.13.1': {
    endByte: undefined,
    outputBuffer: undefined,
    expandsFirst: false,
    endsNestedAnywhere: false,
    hasConstantProducts: false,
    hasEmptyStatements: false,
    stepsMembers: false,
    pointsToTypedefs: false,
    arraysAreAddresses: false,
    hasElementAddresses: false,
    sharesStrings: false,
    keepsPointerOnStack: false,
    emitsSums: false,
    returnsOnAarch64: true,
    beforeDigits: "\0.\n\0 :'g",
  },
  '01a9ea5': {
    endByte: 0xff,
    outputBuffer: 0x10000,
    expandsFirst: true,
    endsNestedAnywhere: true,
    hasConstantProducts: true,
    hasEmptyStatements: true,
    stepsMembers: true,
    pointsToTypedefs: true,
    arraysAreAddresses: true,
    hasElementAddresses: true,
    sharesStrings: true,
    keepsPointerOnStack: true,
    emitsSums: true,
    returnsOnAarch64: false,
    beforeDigits: '\0fedcba9',
  },
};

/** The dialect that the options of a compilation ask for. */
export function dialectOf(options: { readonly dialect?: DialectName | undefined }): Dialect {
  return DIALECTS[options.dialect ?? RELEASED];
}
