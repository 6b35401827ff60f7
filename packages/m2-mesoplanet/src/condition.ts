// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The expression of #if and #elif → its value, a signed 32-bit integer.
 *
 *     expression = relation [ ("&" | "&&" | "|" | "||" | "^") expression ]
 *     relation   = sum [ ("<" | "<=" | ">=" | ">" | "==" | "!=") relation ]
 *     sum        = primary [ ("+" | "-" | "*" | "/" | "%" | ">>" | "<<") sum ]
 *     primary    = "-" primary | "!" primary | "(" expression ")" | "defined" [ "(" ] name [ ")" ]
 *                | name | number
 *
 * Quirks kept: each level is right-associative, `&&` and `||` are bitwise, and what is not a
 * primary is 0 and stays where it is. Behaviour defined by M2-Mesoplanet 1.13.0, cc_macro.c, as
 * M2-Planet compiles it.
 */
import { strtoint } from '@stage0-ts/bytes';
import { catchStackOverflow } from '@stage0-ts/diagnostics';
import type { MacroTable } from './macros.ts';
import type { Token } from './token.ts';

/**
 * The tokens of a directive. They are read one by one; taking a token also takes the blanks after
 * it.
 */
export interface DirectiveTokens {
  /** Throws ToolError at the end of the file. */
  current(): Token;
  take(): void;
}

/** Evaluate the expression that starts at the current token. */
export function evaluate(tokens: DirectiveTokens, macros: MacroTable): number {
  return catchStackOverflow(
    () => new Evaluator(tokens, macros).readExpression(),
    (message) => tokens.current().error('nested-too-deeply', message),
  );
}

class Evaluator {
  private readonly tokens: DirectiveTokens;
  private readonly macros: MacroTable;

  constructor(tokens: DirectiveTokens, macros: MacroTable) {
    this.tokens = tokens;
    this.macros = macros;
  }

  readExpression(): number {
    const left = this.readRelation();
    switch (this.tokens.current().text) {
      case '&':
      case '&&':
        return left & this.after(this.readExpression);
      case '|':
      case '||':
        return left | this.after(this.readExpression);
      case '^':
        return left ^ this.after(this.readExpression);
      default:
        return left;
    }
  }

  private readRelation(): number {
    const left = this.readSum();
    switch (this.tokens.current().text) {
      case '<':
        return Number(left < this.after(this.readRelation));
      case '<=':
        return Number(left <= this.after(this.readRelation));
      case '>=':
        return Number(left >= this.after(this.readRelation));
      case '>':
        return Number(left > this.after(this.readRelation));
      case '==':
        return Number(left === this.after(this.readRelation));
      case '!=':
        return Number(left !== this.after(this.readRelation));
      default:
        return left;
    }
  }

  private readSum(): number {
    const left = this.readPrimary();
    const operator = this.tokens.current();
    switch (operator.text) {
      case '+':
        return (left + this.after(this.readSum)) | 0;
      case '-':
        return (left - this.after(this.readSum)) | 0;
      case '*':
        return Math.imul(left, this.after(this.readSum));
      case '/':
        return (left / this.readDivisor(left, operator)) | 0;
      case '%':
        return (left % this.readDivisor(left, operator)) | 0;
      case '>>':
        return left >> this.after(this.readSum);
      case '<<':
        return left << this.after(this.readSum);
      default:
        return left;
    }
  }

  private readDivisor(left: number, operator: Token): number {
    const right = this.after(this.readSum);
    if (right === 0)
      throw operator.error('divide-by-zero', 'divide by zero not valid even in C macros');
    if (left === -0x80000000 && right === -1) {
      throw operator.error('overflow', 'the quotient does not fit in 32 bits');
    }
    return right;
  }

  private readPrimary(): number {
    const { text } = this.tokens.current();
    if (text.startsWith('-')) return -this.after(this.readPrimary) | 0;
    if (text.startsWith('!')) return Number(this.after(this.readPrimary) === 0);
    if (text.startsWith('(')) {
      const value = this.after(this.readExpression);
      this.expectClose('missing ) in macro expression');
      return value;
    }
    if (text === 'defined') return Number(this.after(this.readDefined));
    if (/^[a-zA-Z_]/.test(text)) return this.readVariable();
    if (!/^[0-9]/.test(text)) return 0;
    this.tokens.take();
    return strtoint(text);
  }

  private readDefined(): boolean {
    const parenthesized = this.tokens.current().text.startsWith('(');
    if (parenthesized) this.tokens.take();
    const found = this.macros.find(this.tokens.current().text) !== undefined;
    this.tokens.take();
    if (parenthesized) this.expectClose('missing close parenthesis for defined()');
    return found;
  }

  private readVariable(): number {
    const name = this.tokens.current();
    const macro = this.macros.find(name.text);
    if (macro !== undefined && macro.expansion === undefined) {
      throw name.error('empty-macro', `the macro ${name.text} has no value`);
    }
    this.tokens.take();
    return macro?.expansion === undefined ? 0 : strtoint(macro.expansion.text);
  }

  private expectClose(message: string): void {
    const token = this.tokens.current();
    if (!token.text.startsWith(')')) throw token.error('missing-parenthesis', message);
    this.tokens.take();
  }

  /** Take the current token, then read what comes after it. */
  private after<Result>(read: (this: Evaluator) => Result): Result {
    this.tokens.take();
    return read.call(this);
  }
}
