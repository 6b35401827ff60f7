// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One token → the expansion of its macro, in its place.
 *
 * Behaviour defined by M2-Mesoplanet 1.13.0, cc_macro.c (maybe_expand, expand_macro_functions).
 */
import type { Macro, MacroTable } from './macros.ts';
import { Token, type TokenList } from './token.ts';

/** At this depth of nested expansions, an expansion counts as endless. */
const MAX_DEPTH = 1000;
/**
 * The most tokens that all expansions together may make. This limits memory to some hundred
 * megabytes.
 */
const MAX_TOKENS = 1 << 22;

export class Expander {
  private readonly list: TokenList;
  private readonly macros: MacroTable;
  private made = 0;

  constructor(list: TokenList, macros: MacroTable) {
    this.list = list;
    this.macros = macros;
  }

  /** Expand `token`, which must have a successor, and return the token to go on with. */
  expand(token: Token): Token | undefined {
    const macro = this.macros.find(token.text);
    const next = this.list.after(token);
    if (next === undefined) {
      throw token.error('no-newline', `the file must end in a newline, not in: ${token.text}`);
    }
    // Quirk kept: __M2__ is never replaced, whatever its definition is.
    if (macro === undefined || token.text === '__M2__') return next;
    if (token.depth >= MAX_DEPTH)
      throw token.error('endless-macro', `the macro ${token.text} expands to itself`);
    const following = this.list.remove(token) as Token;
    // Quirk kept: the next token is not expanded if the macro is empty.
    if (macro.expansion === undefined) return this.list.after(following);
    const point =
      macro.parameters.length > 0 ? this.takeArguments(macro, token, following) : following;
    return this.insert(macro, token, point);
  }

  /**
   *     [ " " ] "(" argument { "," argument } ")"
   *
   * An argument has at least one token, which may be any token, and ends at the first `,` or `)`
   * after it. Returns the token after the closing parenthesis.
   */
  private takeArguments(macro: Macro, call: Token, start: Token): Token {
    const need = (token: Token | undefined): Token => {
      if (token === undefined) throw call.error('incomplete-call', 'incomplete macro call');
      return token;
    };
    let token = start;
    if (token.text.startsWith(' ')) token = need(this.list.remove(token));
    if (!token.text.startsWith('(')) {
      throw token.error('missing-parenthesis', 'missing open parenthesis for macro function');
    }
    token = need(this.list.remove(token));
    let index = 0;
    do {
      const parameter = macro.parameters[index];
      if (parameter === undefined)
        throw token.error('too-many-arguments', 'too many arguments in macro call');
      parameter.tokens.push(token);
      token = need(this.list.remove(token));
      if (token.text.startsWith(',')) {
        parameter.tokens.reverse();
        index++;
        token = need(this.list.remove(token));
        if (macro.parameters[index] === undefined) {
          throw token.error('too-many-arguments', 'too many arguments in macro call');
        }
      }
    } while (!token.text.startsWith(')'));
    macro.parameters[index]?.tokens.reverse();
    return need(this.list.remove(token));
  }

  /** Insert the expansion before `point`. Returns its first token. */
  private insert(macro: Macro, call: Token, point: Token): Token {
    const before = point.previous as Token;
    let last = before;
    for (let token = macro.expansion; token !== undefined; token = token.next) {
      const parameter = macro.parameters.find(({ name }) => name === token?.text);
      if (parameter === undefined || parameter.tokens.length === 0)
        last = this.addCopy(last, token, call);
      // The list is stored in reverse, so its end is the front.
      else
        for (let at = parameter.tokens.length; at-- > 0; )
          last = this.addCopy(last, parameter.tokens[at] as Token, call);
    }
    last.next = point;
    point.previous = last;
    return before.next as Token;
  }

  /** Put a copy of `token` after `last`. */
  private addCopy(last: Token, token: Token, call: Token): Token {
    if (++this.made > MAX_TOKENS)
      throw call.error('endless-macro', 'the macros expand to too much');
    const { source, offset, depth, length } = call;
    const copy = new Token(token.text, source, offset, depth + 1, length, token.original ?? token);
    last.next = copy;
    copy.previous = last;
    return copy;
  }
}
