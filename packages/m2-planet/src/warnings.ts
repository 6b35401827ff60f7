// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What upstream silently compiles to something other than C means → warnings at the tokens.
 *
 * The parser calls these tests where each fault arises, with `--strict`. The output is the same
 * with and without them. Invariant: each kind of warning was observed to go wrong in a program
 * compiled by M2-Planet 1.13.1; the test compiles and runs one for each.
 */

import type { ToolError } from '@stage0-ts/diagnostics';
import { MINUS, PLUS } from './characters.ts';
import type { Variable } from './symbols.ts';
import { isNameStart } from './text.ts';
import { type Token, tokenError } from './token.ts';

import { isPointer, type Member, type Type } from './types.ts';
import {
  type CompilationView,
  guardedUse,
  isFixedArray,
  isLocalArray,
  isMasked,
  isScaledByHand,
  NUMBER,
  STEPS,
  scales,
  sideEffect,
  variableOf,
} from './warning-patterns.ts';

/** How tightly C binds the operators that M2-Planet puts on only two levels. */
const C_LEVELS: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
  ['|', 3],
  ['^', 4],
  ['&', 5],
  ['==', 6],
  ['!=', 6],
  ['<', 7],
  ['<=', 7],
  ['>', 7],
  ['>=', 7],
]);

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
/** `x op= y` on the whole word gives the right low bytes for the other operators. */
const WIDE_COMPOUND: ReadonlySet<string> = new Set(['/=', '%=', '>>=']);

/**
 * What `&&` gets. It is bitwise, so it is right for 0 and 1 (`truth`) and often for a plain
 * variable (`flag`), but not for any other value.
 */
export type Value = 'truth' | 'flag' | 'any';

export class Warnings {
  private readonly onWarning: (warning: ToolError) => void;
  private readonly seen = new Set<string>();
  /** Counts how often the register that holds a function pointer for a call was overwritten. */
  private overwrites = 0;
  /** How many bytes the assignment stores, while its right side is being read. */
  private stored = 0;
  /** What kind of value the expression may have so far. */
  value: Value = 'any';
  /** A `||` whose operands are not only 0 and 1, while its value has only been tested. */
  private untested: Token | undefined;
  /** Functions that only compute their result, so that another call of them does no harm. */
  private readonly pure = new Set<string>();
  /** True if the current function was seen to do more than that. */
  private isImpure = false;

  constructor(take: (warning: ToolError) => void) {
    this.onWarning = take;
  }

  private warn(token: Token, code: string, message: string): void {
    const { origin, start } = token;
    const key = `${code} ${origin.file} ${start}`;
    if (this.seen.has(key)) return; // a macro may be expanded many times
    this.seen.add(key);
    this.onWarning(tokenError(token, code, message));
  }

  /** Called at `&` and an operand, before what follows the operand is read. */
  addressOf(c: CompilationView, ampersand: Token): void {
    const { text } = c.token;
    if (text !== '[' && text !== '->' && text !== '.') return;
    const what = text === '[' ? '[…]' : text;
    if (text === '[' && c.dialect.hasElementAddresses && isLocalArray(c, ampersand.next)) return;
    const message = `& before an operand with ${what} does not give the address of the element`;
    this.warn(ampersand, 'address-of-element', message);
  }

  /** Called at the beginning of a function's body. */
  beginFunction(): void {
    this.isImpure = false;
  }

  /** Called at the end of a function's body. */
  endFunction(name: string): void {
    if (!this.isImpure) this.pure.add(name);
  }

  /** Called when something happens that a caller may notice. */
  impure(): void {
    this.isImpure = true;
  }

  /**
   * Called for a variable that is an operand. `name` is its token, and the current token is the one
   * after it.
   */
  operand(c: CompilationView, name: Token, symbol: Variable, stars: number): void {
    this.value = isPointer(symbol.type) || stars > 0 ? 'any' : 'flag';
    const { text } = c.token;
    const isIndexed = text === '[';
    if (symbol.isLocalArray && !isIndexed && !c.dialect.arraysAreAddresses) {
      const message = `${name.text} is a local array: without an index it is its first element`;
      this.warn(name, 'array-as-value', `${message}, not its address (which is &${name.text})`);
    }
    if (stars > 0 && (isIndexed || text === '->' || text === '.')) {
      const star = name.prev ?? name;
      this.warn(
        star,
        'star-first',
        `* is applied to ${name.text} alone, not to what ${text} gives`,
      );
    }
    const isFixed = symbol.kind === 'static' || symbol.kind === 'global';
    if (!isFixed) return;
    const step = STEPS.has(text) ? c.token : name.prev;
    if (step !== null && STEPS.has(step.text) && !isIndexed && text !== '->' && text !== '.') {
      const message = `${step.text} of the global ${name.text} changes what its value points to`;
      this.warn(step, 'step-of-global', message);
    }
    const { size, isSigned } = symbol.type;
    const isRead = text !== '=' && symbol.elements === 0 && stars === 0;
    if (isRead && size < c.emit.wordSize && isSigned && symbol.type.members === undefined) {
      const message = `the global ${name.text} is read without its sign: below zero it is wrong`;
      this.warn(name, 'sign-lost', message);
    }
  }

  /** Called after the brackets of `array[…]`; `array` is the array's type. */
  index(c: CompilationView, bracket: Token, array: Type, isRead: boolean): void {
    const { wordSize } = c.emit;
    const element = array.target.size;
    this.value = isPointer(array.target) || element < wordSize ? 'any' : 'flag';
    const base = bracket.prev;
    const symbol = base === null ? undefined : variableOf(c, base);
    const isArray = symbol !== undefined && (symbol.isLocalArray || isFixedArray(symbol));
    if (isArray && isPointer(array) && !array.isFunctionPointer && element !== wordSize) {
      const what = `an array of ${array.name}: its elements are taken for ${array.target.name}`;
      this.warn(bracket, 'array-of-pointers', what);
      return;
    }
    if (!isRead || array.name === 'char*' || element >= wordSize || element <= 0) return;
    if (isMasked(bracket, c.token, 256 ** element)) return;
    const message = `an element of ${bytes(element)} is read as a word of ${wordSize}`;
    this.warn(bracket, 'wide-read', `${message} (only char* is read by bytes)`);
  }

  /** Called after the name in `p->member`. */
  arrow(c: CompilationView, name: Token, member: Member, isLoaded: boolean): void {
    this.value = isPointer(member.type) ? 'any' : 'flag';
    this.stepOfMember(c, name, member);
    const isArray = member.size !== member.type.size;
    if (!isLoaded) return;
    if (isArray) this.warn(name, 'array-as-value', `${name.text} is an array: -> gives its bytes`);
    else if (member.size < c.emit.wordSize && member.type.isSigned) {
      const message = `${name.text} is read without its sign: below zero it is wrong`;
      this.warn(name, 'sign-lost', message);
    }
  }

  /** Called after the name in `s.member`. */
  dot(c: CompilationView, name: Token, member: Member, isLoaded: boolean): void {
    this.value = isPointer(member.type) ? 'any' : 'flag';
    this.stepOfMember(c, name, member);
    if (!isLoaded || member.size === member.type.size) return;
    const message = `${name.text} is an array: without an index . gives its first element`;
    this.warn(name, 'array-as-value', message);
  }

  private stepOfMember(c: CompilationView, name: Token, member: Member): void {
    if (!STEPS.has(c.token.text)) return;
    if (c.dialect.stepsMembers) this.wideStep(c, name, member.size);
    else this.memberStep(c.token, name);
  }

  private memberStep(step: Token, member: Token): void {
    const message = `${step.text} of the member ${member.text} changes what its value points to`;
    this.warn(step, 'step-of-member', message);
  }

  /** Called for `p->m++` where that changes the member itself: it changes the whole word. */
  private wideStep(c: CompilationView, member: Token, size: number): void {
    if (size >= c.emit.wordSize) return;
    const what = `${c.token.text} of the member ${member.text}`;
    const message = `${what} works on a whole word, not on ${bytes(size)}`;
    this.warn(c.token, 'step-of-member', message);
  }

  /** Called for `++` or `--` before an operand, after the operand was read. */
  prefixStep(c: CompilationView, step: Token): void {
    const last = c.token.prev;
    const separator = last?.prev?.text;
    if (last === null) return;
    if (separator === '->' || separator === '.') this.memberStep(step, last);
    else this.step(c, step, last);
    this.value = 'any';
  }

  /** Called for `++` or `--` after an operand; `last` is the operand's last token. */
  step(c: CompilationView, step: Token, last: Token | null): void {
    if (last === null) return;
    this.change(c, last);
    const { text } = last;
    if (text === ')') {
      const message = `${step.text} at a parenthesis changes what its value points to`;
      this.warn(step, 'step-of-value', message);
    } else if (text === ']' && isPointer(c.expressionType)) this.stepOfElement(c, step);
  }

  private stepOfElement(c: CompilationView, step: Token): void {
    const element = c.expressionType.target;
    const right = isPointer(element) ? element.target.size : 1;
    if (element.size !== right) {
      const message = `${step.text} of an element steps by ${element.size}, not by ${right}`;
      this.warn(step, 'step-of-element', message);
    } else if (element.size < c.emit.wordSize) {
      const message = `${step.text} of an element of ${bytes(element.size)} works on a whole word`;
      this.warn(step, 'step-of-element', message);
    }
  }

  /**
   * Called after a prefix was applied to an operand. Operators that follow should have been applied
   * before it.
   */
  prefixFirst(c: CompilationView, prefix: Token, what: string): void {
    const { text } = c.token;
    if (text !== '[' && text !== '->' && !STEPS.has(text)) return;
    const shown = text === '[' ? '[…]' : text;
    this.warn(prefix, 'prefix-first', `the ${what} is applied before ${shown}; put parentheses`);
  }

  /** Called for a token that begins with `!`. */
  not(token: Token): void {
    if (token.text !== '!') this.warn(token, 'double-not', `${token.text} counts as one !`);
  }

  /** Called for a number, as an operand or in a constant. */
  number(token: Token): void {
    this.value = token.text === '0' || token.text === '1' ? 'truth' : 'any';
    if (NUMBER.test(token.text)) return;
    this.warn(
      token,
      'bad-number',
      `${token.text} is not a number here and counts as another value`,
    );
  }

  /** Called for a character literal. */
  character(token: Token): void {
    const { length } = token.text;
    const isOne = token.text[1] === '\\' ? /^'\\(x..|.)$/s.test(token.text) : length === 2;
    if (!isOne) this.warn(token, 'bad-character', 'only the first character counts');
  }

  /** Called for a cast, after its type. */
  cast(c: CompilationView, parenthesis: Token, type: Type): void {
    if (type.size >= c.emit.wordSize || type.members !== undefined) return;
    // An assignment that follows at once cuts the value to the same size.
    if (parenthesis.prev?.text === '=' && this.stored === type.size) return;
    const message = `a cast to ${type.name} does not cut the value`;
    this.warn(parenthesis, 'cast-keeps-value', message);
  }

  /**
   * Called for an operator after another one on the same level; C may bind the second one more
   * tightly.
   */
  grouping(before: Token | undefined, operator: Token): void {
    if (before === undefined) return;
    const first = C_LEVELS.get(before.text);
    const second = C_LEVELS.get(operator.text);
    if (first === undefined || second === undefined || second <= first) return;
    const message = `${before.text} and ${operator.text} bind alike and group from the left`;
    this.warn(operator, 'grouping', `${message}; put parentheses`);
  }

  /** Called for a sum, with the types of its operands; undefined for an unknown type. */
  sum(c: CompilationView, operator: Token, left: Type | undefined, right: Type | undefined): void {
    const scaled = [left, right].find((type) => type !== undefined && scales(c, type));
    // A programmer who multiplies or writes sizeof has thought of it.
    if (scaled === undefined || isScaledByHand(operator, c.token)) return;
    const size = scaled.target.size;
    const both = left !== undefined && right !== undefined && isPointer(left) && isPointer(right);
    const message = both
      ? `the difference of pointers is in bytes, not in elements of ${size}`
      : `${operator.text} counts bytes, not elements of ${size}`;
    this.warn(operator, 'unscaled', message);
  }

  /** The type of the operand that was just read, if it is a variable, member or element. */
  typeOfOperand(c: CompilationView): Type | undefined {
    const last = c.token.prev;
    if (last === null) return undefined;
    if (last.text === ']') return c.expressionType.target;
    if (!isNameStart(last.first)) return undefined;
    const separator = last.prev?.text;
    if (separator === '->' || separator === '.') return c.expressionType;
    const symbol = variableOf(c, last);
    if (symbol === undefined) return undefined;
    // A global array means its address.
    return isFixedArray(symbol) ? symbol.type.indirect : c.expressionType;
  }

  /**
   * Called for `left && right` or `||` after both were read; `start` is the first token of left.
   */
  logical(c: CompilationView, operator: Token, start: Token, left: Value): void {
    const { text } = operator;
    const effect = sideEffect(operator.next, c.token, this.pure);
    if (effect !== undefined) {
      const message = `${text} always evaluates its right side, which has ${effect}`;
      this.warn(operator, 'not-short-circuit', message);
    }
    const right = this.value;
    const isAny = left === 'any' || right === 'any';
    if (text === '||' && isAny) this.untested ??= operator;
    if (text === '&&' && (isAny || (left === 'flag' && right === 'flag'))) {
      const message = '&& is bitwise: 2 && 1 is 0; compare with 0 where a value is not 0 or 1';
      this.warn(operator, 'bitwise-and', message);
    }
    const guarded = guardedUse(start, operator, c.token);
    if (guarded !== undefined) {
      const message = `${text} always evaluates its right side: the left one does not guard`;
      this.warn(guarded, 'not-guarded', `${message} ${guarded.text}`);
    }
  }

  /** Called when the value so far is tested: any number except 0 is true. */
  tested(): void {
    this.untested = undefined;
  }

  /** Called when the value so far is used as a number. */
  used(): void {
    if (this.untested === undefined) return;
    const message = '|| is bitwise: its value is not 1 but all bits of both sides';
    this.warn(this.untested, 'bitwise-or', message);
    this.untested = undefined;
  }

  /** Computes which kind of value an operator makes of both sides. */
  combine(operator: string, left: Value): void {
    const isBitwise = ['&&', '||', '&', '|', '^'].includes(operator);
    if (COMPARISONS.has(operator)) this.value = 'truth';
    else if (!isBitwise || left === 'any' || this.value === 'any') this.value = 'any';
    else if (left === 'flag') this.value = 'flag';
  }

  /**
   * Called for a multiplication. On x86 its product overwrites the register of a function pointer.
   */
  product(c: CompilationView): void {
    if (c.emit.pointerTakers === 'calls and products') this.overwrites++;
  }

  /**
   * Called for a call, by name or through a pointer. Most functions in conditions return 0 or 1.
   */
  called(c: CompilationView, name: string | undefined): void {
    this.value = 'truth';
    if (name === undefined || !this.pure.has(name)) this.isImpure = true;
    if (c.emit.pointerTakers !== 'nothing') this.overwrites++;
  }

  /** A value for {@link pointerLost}. */
  get mark(): number {
    return this.overwrites;
  }

  /** Called after an argument of a call through a pointer was read; `mark` was taken before it. */
  pointerLost(argument: Token, mark: number): void {
    if (this.overwrites === mark) return;
    const message = 'this argument calls, indexes or multiplies, and so loses the function pointer';
    this.warn(argument, 'pointer-lost', `${message} that is called; compute it before`);
  }

  /**
   * Called for a change of the operand that ends with `last`. Any change is visible outside, unless
   * the operand is a local or an argument.
   */
  private change(c: CompilationView, last: Token | null): void {
    const kind = last === null ? undefined : variableOf(c, last)?.kind;
    const before = last?.prev?.text ?? '';
    const isOwn = kind === 'local' || kind === 'argument';
    if (!isOwn || ['*', '->', '.'].includes(before)) this.isImpure = true;
  }

  /** Called at the `=` of an assignment of `size` bytes. */
  assignment(c: CompilationView, size: number): void {
    this.stored = size;
    this.change(c, c.token.prev);
    const last = c.token.prev;
    if (last === null || !STEPS.has(last.text)) return;
    const message = `an assignment after ${last.text} goes where the value points, not to it`;
    this.warn(last, 'step-assigned', message);
  }

  /** Called for `target op= …`, whose target has `size` bytes. */
  compound(c: CompilationView, operator: Token, size: number, isChar: boolean): void {
    this.change(c, operator.prev);
    if (isChar || size >= c.emit.wordSize || !WIDE_COMPOUND.has(operator.text)) return;
    const message = `${operator.text} works on a whole word, not on ${bytes(size)}`;
    this.warn(operator, 'wide-compound', message);
  }

  /** Called for an initializer. It is stored with the size of the declaration's first type. */
  initializer(name: Token, type: Type, first: Type): void {
    this.stored = first.size;
    if (type.size === first.size) return;
    const message = `${name.text} gets ${bytes(first.size)}, as the first of the declaration`;
    this.warn(name, 'size-of-first', message);
  }

  /**
   * Called for the last case of a switch without default, with the first token of its last
   * statement. If that is an assignment, the jumps compare an address, which is not equal to any
   * case.
   */
  lastCase(keyword: Token, last: Token): void {
    if (['break', 'return', 'goto', 'continue'].includes(last.text)) return;
    if (last.next?.text === '=') return;
    this.warn(
      keyword,
      'last-case',
      'the last case runs on into the jumps of the switch; add a break',
    );
  }

  /** Called for `a - b` in a constant; `next` is the operator after it. */
  difference(operator: Token, next: Token): void {
    if (next.first !== PLUS && next.first !== MINUS) return;
    this.warn(operator, 'grouping', 'a constant is grouped from the right: 9-3-2 is 8');
  }

  /** Called for `a * b` in a constant; `next` is the operator after it. */
  constantProduct(operator: Token, next: Token): void {
    if (next.first !== PLUS && next.first !== MINUS) return;
    this.warn(operator, 'grouping', 'a constant is grouped from the right: 2*3+1 is 8');
  }

  /**
   * Called for a member with brackets, or for a function pointer, with the type that is written
   * before it.
   */
  member(c: CompilationView, name: Token, type: Type, isFunctionPointer: boolean): void {
    if (isFunctionPointer ? type.size === c.emit.wordSize : type.target.size === type.size) return;
    const message = isFunctionPointer
      ? `a function pointer as a member takes ${bytes(type.size)}, those of what it returns`
      : `an array of pointers as a member has elements of ${bytes(type.target.size)}`;
    this.warn(name, 'member-size', message);
  }
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
