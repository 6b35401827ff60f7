// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The dialects of cc_x86: what differs between the releases of stage0-posix.
 *
 * A dialect has the name of the first release that has it. Each field is one difference, in the
 * language or in the code; everything else is the same in all dialects.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.6.0 (the same in 1.7.0 to 1.8.1) and 1.9.1.
 */

/** 1.6.0 to 1.8.1, and from 1.9.0 on. */
export type DialectName = '1.6.0' | '1.9.0';

export interface Dialect {
  /** How constants are declared: `enum { NAME = token };`, or `CONSTANT NAME token`. */
  readonly constants: 'enum' | 'CONSTANT';
  /**
   * If false, `//` is a blank, and the text after it is read. A constant is then written `//
   * CONSTANT NAME token`, which other compilers take for a comment.
   */
  readonly hasLineComments: boolean;
  /** If true, a structure may contain `union { member; … };`, whose members share their place. */
  readonly hasUnions: boolean;
  /** Name of the instruction that compares ebx with eax. */
  readonly compare: string;
  /** The instruction for `!`, which gets 1 in ebx and the operand in eax. */
  readonly not: string;
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  '1.6.0': {
    constants: 'CONSTANT',
    hasLineComments: false,
    hasUnions: true,
    compare: 'cmp',
    not: 'xor_eax,ebx\n',
  },
  '1.9.0': {
    constants: 'enum',
    hasLineComments: true,
    hasUnions: false,
    compare: 'cmp_ebx,eax',
    not: 'cmp_ebx,eax\nseta_al\nmovzx_eax,al\n',
  },
};
