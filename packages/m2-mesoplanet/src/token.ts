// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Tokens, in the doubly linked list that the preprocessor edits.
 *
 * Every character of the source is in exactly one token, white space and comments included: printing the
 * tokens of an untouched list gives the source back.
 */
import { errorAt, type Source, type ToolError } from '@stage0-ts/diagnostics';

export class Token {
  /** Byte string: one character a byte. */
  text: string;
  next: Token | undefined;
  previous: Token | undefined;
  readonly source: Source;
  /** Offset in the source of the first byte. */
  readonly offset: number;
  /** How many expansions deep the token was made. */
  readonly depth: number;
  /** Bytes that the token, or the call of the macro that it comes from, has in the source; 0 for one that is not in it. */
  readonly length: number;
  /** For a token that a macro was expanded to: that which it is a copy of. */
  readonly original: Token | undefined;

  constructor(
    text: string,
    source: Source,
    offset: number,
    depth = 0,
    length: number = text.length,
    original?: Token,
  ) {
    this.text = text;
    this.source = source;
    this.offset = offset;
    this.depth = depth;
    this.length = length;
    this.original = original;
  }

  /** Take this token out of the list. Its own links stay, so that a chain of removed tokens can be walked. */
  remove(): Token | undefined {
    if (this.previous !== undefined) this.previous.next = this.next;
    if (this.next !== undefined) this.next.previous = this.previous;
    return this.next;
  }

  /** Put a copy of `token` in front of this one. */
  insertBefore(token: Token, depth: number): Token {
    const copy = new Token(token.text, token.source, token.offset, depth);
    copy.next = this;
    copy.previous = this.previous;
    if (this.previous !== undefined) this.previous.next = copy;
    this.previous = copy;
    return copy;
  }

  error(code: string, message: string): ToolError {
    return errorAt(this.source, this.offset, code, message);
  }
}

/** A list under construction: tokens are added at the end. */
export class TokenList {
  first: Token | undefined;
  last: Token | undefined;

  add(token: Token): void {
    token.previous = this.last;
    if (this.last === undefined) this.first = token;
    else this.last.next = token;
    this.last = token;
  }
}
