// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Tokens, in the doubly linked list that the preprocessor edits.
 *
 * Every character of the source is in exactly one token, white space and comments included:
 * printing the tokens of an untouched list gives the source back. A token is made when the walk
 * reaches it, and can be freed once it is printed: a list of all tokens needs fifty times the
 * memory of the source.
 */
import { latin1ToHost } from '@stage0-ts/bytes';
import { errorAt, type Source, type ToolError } from '@stage0-ts/diagnostics';

export class Token {
  /** A byte string: one character for each byte. */
  text: string;
  next: Token | undefined;
  previous: Token | undefined;
  readonly source: Source;
  /** Offset in the source of the first byte. */
  readonly offset: number;
  /** How many expansions are nested at the token. */
  readonly depth: number;
  /**
   * How many bytes of the source the token, or the macro call that it comes from, has; 0 if it is
   * not in the source.
   */
  readonly length: number;
  /** For a token that comes from a macro's expansion: the token that it is a copy of. */
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

  /** An error at this token. The part of the message that quotes the program is a byte string. */
  error(code: string, message: string, hint?: string): ToolError {
    return errorAt(this.source, this.offset, code, latin1ToHost(message), hint);
  }
}

/** Consecutive tokens of a source, as the offsets at which they start. */
export interface Stretch {
  readonly source: Source;
  /** The whole source as a byte string. */
  readonly text: string;
  readonly starts: readonly number[];
  /** Where the last token ends. */
  readonly end: number;
}

/** The tokens of several pieces, one piece after another. */
export class TokenList {
  /** Comes before the first token, and is not itself a token. */
  readonly head: Token = new Token('', { name: '', bytes: new Uint8Array() }, 0);
  private readonly pieces: readonly (Token | Stretch)[];
  /** The last token that was added. */
  private last: Token = this.head;
  /** The piece that the next token comes from, and the index of its start in it. */
  private piece = 0;
  private index = 0;

  constructor(pieces: readonly (Token | Stretch)[]) {
    this.pieces = pieces;
  }

  /** The token after `token`, which is in the list. */
  after(token: Token): Token | undefined {
    if (token === this.last) this.makeNext();
    return token.next;
  }

  /**
   * Remove `token` and return the one after it. The removed token keeps its links, so that a chain
   * of removed tokens can be read.
   */
  remove(token: Token): Token | undefined {
    const next = this.after(token);
    if (token.previous !== undefined) token.previous.next = next;
    if (next !== undefined) next.previous = token.previous;
    return next;
  }

  private makeNext(): void {
    const token = this.nextToken();
    if (token === undefined) return;
    token.previous = this.last;
    this.last.next = token;
    this.last = token;
  }

  private nextToken(): Token | undefined {
    for (; this.piece < this.pieces.length; this.piece++, this.index = 0) {
      const piece = this.pieces[this.piece] as Token | Stretch;
      if (piece instanceof Token) {
        this.piece++;
        return piece;
      }
      const start = piece.starts[this.index++];
      if (start === undefined) continue;
      const end = piece.starts[this.index] ?? piece.end;
      return new Token(piece.text.slice(start, end), piece.source, start);
    }
    return undefined;
  }
}
