// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The part of the instruction table for the opcodes d8 to df, and the flags of their operations
 * (Intel SDM volume 2, appendix A.5).
 *
 * Operands are as in instructions.ts, and
 *   F0 the top of the register stack     Fi a register of it, by the low three bits of ModRM
 *   M2 M4 M8 M10 memory of that many bytes     Me an environment     Ms the unit's whole state
 * Left out, and so unknown: fisttp, which came with SSE3, and opcodes that duplicate an operation.
 */

const SUMS = 'fadd fmul fcom fcomp fsub fsubr fdiv fdivr';
const INTEGER_SUMS = 'fiadd fimul ficom ficomp fisub fisubr fidiv fidivr';

/**
 * By opcode; for memory operands, by the `reg` field of ModRM. A dash means that there is no
 * instruction.
 */
const WITH_MEMORY: Readonly<Record<number, string>> = {
  216: onTop(SUMS, 'M4'),
  217: 'fld M4|-|fst M4|fstp M4|fldenv Me|fldcw M2|fnstenv Me|fnstcw M2',
  218: onTop(INTEGER_SUMS, 'M4'),
  219: 'fild M4|-|fist M4|fistp M4|-|fld M10|-|fstp M10',
  220: onTop(SUMS, 'M8'),
  221: 'fld M8|-|fst M8|fstp M8|frstor Ms|-|fnsave Ms|fnstsw M2',
  222: onTop(INTEGER_SUMS, 'M2'),
  223: 'fild M2|-|fist M2|fistp M2|fbld M10|fild M8|fbstp M10|fistp M8',
};

/** Operations of the top of the stack and a memory operand. */
function onTop(operations: string, source: string): string {
  return operations
    .split(' ')
    .map((operation) => `${operation} F0 ${source}`)
    .join('|');
}

/** Opcode, ModRM (with `+`, eight of them from there), operation, operands. */
const WITH_REGISTERS = `
d8 c0+ fadd F0 Fi | d8 c8+ fmul F0 Fi | d8 d0+ fcom F0 Fi | d8 d8+ fcomp F0 Fi
d8 e0+ fsub F0 Fi | d8 e8+ fsubr F0 Fi | d8 f0+ fdiv F0 Fi | d8 f8+ fdivr F0 Fi
d9 c0+ fld Fi | d9 c8+ fxch F0 Fi | d9 d0 fnop
d9 e0 fchs | d9 e1 fabs | d9 e4 ftst | d9 e5 fxam
d9 e8 fld1 | d9 e9 fldl2t | d9 ea fldl2e | d9 eb fldpi | d9 ec fldlg2 | d9 ed fldln2 | d9 ee fldz
d9 f0 f2xm1 | d9 f1 fyl2x | d9 f2 fptan | d9 f3 fpatan | d9 f4 fxtract | d9 f5 fprem1
d9 f6 fdecstp | d9 f7 fincstp | d9 f8 fprem | d9 f9 fyl2xp1 | d9 fa fsqrt | d9 fb fsincos
d9 fc frndint | d9 fd fscale | d9 fe fsin | d9 ff fcos
da c0+ fcmov F0 Fi | da c8+ fcmov F0 Fi | da d0+ fcmov F0 Fi | da d8+ fcmov F0 Fi | da e9 fucompp
db c0+ fcmov F0 Fi | db c8+ fcmov F0 Fi | db d0+ fcmov F0 Fi | db d8+ fcmov F0 Fi
db e2 fnclex | db e3 fninit | db e8+ fucomi F0 Fi | db f0+ fcomi F0 Fi
dc c0+ fadd Fi F0 | dc c8+ fmul Fi F0
dc e0+ fsubr Fi F0 | dc e8+ fsub Fi F0 | dc f0+ fdivr Fi F0 | dc f8+ fdiv Fi F0
dd c0+ ffree Fi | dd d0+ fst Fi | dd d8+ fstp Fi | dd e0+ fucom F0 Fi | dd e8+ fucomp F0 Fi
de c0+ faddp Fi F0 | de c8+ fmulp Fi F0 | de d9 fcompp
de e0+ fsubrp Fi F0 | de e8+ fsubp Fi F0 | de f0+ fdivrp Fi F0 | de f8+ fdivp Fi F0
df c0+ ffreep Fi | df e0 fnstsw ax | df e8+ fucomip F0 Fi | df f0+ fcomip F0 Fi`;

/** Operations that neither read nor set EFLAGS, by kind. */
const SUM_OPERATIONS = 'fadd fmul fsub fsubr fdiv fdivr faddp fmulp fsubp fsubrp fdivp fdivrp';
const INTEGER_OPERATIONS = 'fiadd fimul fisub fisubr fidiv fidivr ficom ficomp';
const COMPARISONS = 'fcom fcomp fcompp fucom fucomp fucompp ftst fxam';
const MOVES = 'fld fild fbld fst fstp fist fistp fbstp fxch ffree ffreep fincstp fdecstp';
const FUNCTIONS = 'fchs fabs fsqrt frndint fscale fxtract fprem fprem1';
const CONSTANTS = 'fld1 fldl2t fldl2e fldpi fldlg2 fldln2 fldz';
const CONTROL = 'fldcw fnstcw fnstsw fldenv fnstenv fnsave frstor fninit fnclex fwait fnop';
/**
 * Their results differ between processors, so the machine knows only the names of these operations,
 * but for fyl2x: see logarithm.ts.
 */
const INEXACT = 'f2xm1 fyl2x fyl2xp1 fptan fpatan fsin fcos fsincos';
/** Comparisons that put their result into EFLAGS. */
const FLAG_COMPARISONS = 'fcomi fcomip fucomi fucomip';

type Words<Text extends string, Found = never> = Text extends `${infer Word} ${infer Rest}`
  ? Words<Rest, Found | Word>
  : Found | Text;

export type InexactOperation = Words<typeof INEXACT>;
export type X87Operation =
  | Words<typeof SUM_OPERATIONS>
  | Words<typeof INTEGER_OPERATIONS>
  | Words<typeof COMPARISONS>
  | Words<typeof MOVES>
  | Words<typeof FUNCTIONS>
  | Words<typeof CONSTANTS>
  | Words<typeof CONTROL>
  | InexactOperation
  | Words<typeof FLAG_COMPARISONS>
  | 'fcmov';

/** Operation → flags read / written / undefined afterwards, as in instructions.ts. */
export const X87_FLAGS: Readonly<Record<X87Operation, string>> = Object.fromEntries([
  ...[
    SUM_OPERATIONS,
    INTEGER_OPERATIONS,
    COMPARISONS,
    MOVES,
    FUNCTIONS,
    CONSTANTS,
    CONTROL,
    INEXACT,
  ]
    .join(' ')
    .split(' ')
    .map((operation) => [operation, '//']),
  ...FLAG_COMPARISONS.split(' ').map((operation) => [operation, '/oszapc/']),
  ['fcmov', '?//'],
]) as Record<X87Operation, string>;

/** Operations that change neither a register of the processor nor EFLAGS. */
export const X87_ONLY: ReadonlySet<string> = new Set(
  Object.keys(X87_FLAGS).filter(
    (operation) => operation !== 'fnstsw' && X87_FLAGS[operation as X87Operation] !== '/oszapc/',
  ),
);

/** Names of {@link InexactOperation}s. */
export const INEXACT_OPERATIONS: readonly InexactOperation[] = INEXACT.split(
  ' ',
) as InexactOperation[];

/** Operations that read their only operand, which is in memory. */
export const X87_READS_ONLY: readonly X87Operation[] = [
  'fld',
  'fild',
  'fbld',
  'fldcw',
  'fldenv',
  'frstor',
];

/** An instruction: its operation, and the letters of its operands. */
export interface X87Entry {
  readonly operation: X87Operation;
  readonly operands: readonly string[];
}

/** Opcode → entries by ModRM. */
export const X87_ROWS: ReadonlyMap<number, readonly (X87Entry | undefined)[]> = rows();

function rows(): Map<number, (X87Entry | undefined)[]> {
  const found = new Map<number, (X87Entry | undefined)[]>();
  for (const [opcode, text] of Object.entries(WITH_MEMORY)) {
    const members = text.split('|').map(entry);
    const row = Array.from({ length: 256 }, (_, modRM) =>
      modRM < 0xc0 ? members[(modRM >> 3) & 7] : undefined,
    );
    found.set(Number(opcode), row);
  }
  for (const cell of WITH_REGISTERS.trim().split(/\||\n/)) {
    const [opcode = '', modRM = '', ...rest] = cell.trim().split(' ');
    const first = Number.parseInt(modRM, 16);
    const row = found.get(Number.parseInt(opcode, 16)) ?? [];
    row.fill(entry(rest.join(' ')), first, first + (modRM.endsWith('+') ? 8 : 1));
  }
  return found;
}

function entry(text: string): X87Entry | undefined {
  if (text === '-') return undefined;
  const [operation, ...operands] = text.split(' ');
  return { operation: operation as X87Operation, operands };
}
