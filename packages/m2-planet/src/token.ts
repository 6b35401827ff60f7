// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Tokens: a doubly linked list in source order, and the few operations of the preprocessor on it.
 *
 * The list form is the behaviour, not a convenience: upstream's preprocessor edits the list that it
 * walks, and several of its quirks (a macro as the very first token, an empty macro argument, an
 * include with text after it) are effects of those edits.
 *
 * Invariant: `next` of the last token is null; a removed token keeps its own links.
 * Behaviour defined by cc_reader.c and cc_macro.c of M2-Planet 1.13.1.
 */
import { codeFrame, hintAt, locate, ToolError } from '@stage0-ts/diagnostics';
import type { Origin } from './origin.ts';
import { latin1ToName } from './text.ts';

/**
 * One token. Its text is Latin-1, one character for each byte. Strings and characters have no
 * closing quote.
 */
export interface Token {
  readonly text: string;
  /** First byte of the text, or 0 when the text is empty. */
  readonly first: number;
  next: Token | null;
  prev: Token | null;
  /**
   * Identity of the text. Copies share it, but tokens that were read separately do not. See
   * types.ts.
   */
  readonly id: number;
  readonly origin: Origin;
  /** Offset of the token's first byte in the bytes of `origin`. */
  readonly start: number;
  /** Offset of the first byte after the token. */
  readonly end: number;
  /** How many macro expansions are nested at the token. */
  readonly depth: number;
  /** For a token from a macro: the name that it replaced. */
  use: Token | null;
}

/** A token that is in no input: a predefined macro's value or the end of the token list. */
export function syntheticToken(text: string, id: number, origin: Origin): Token {
  return {
    text,
    first: text === '' ? 0 : text.charCodeAt(0),
    next: null,
    prev: null,
    id,
    origin,
    start: 0,
    end: 0,
    depth: 0,
    use: null,
  };
}

/**
 * The line for `__LINE__`. Quirk kept: the byte *after* the token is counted too, so for the last
 * token of a line the number is one too high.
 */
export function lineOf(token: Token): number {
  return token.origin.lineAt(token.end + 1);
}

/** A token with another text that replaces `token`. */
export function replacementToken(token: Token, text: string): Token {
  return { ...copyToken(token), text, first: text.charCodeAt(0) };
}

/** A copy without links to other tokens. */
export function copyToken(token: Token, depth: number = token.depth): Token {
  return {
    text: token.text,
    first: token.first,
    next: null,
    prev: null,
    id: token.id,
    origin: token.origin,
    start: token.start,
    end: token.end,
    depth,
    use: token.use,
  };
}

/** Unlink `token`. The result is the token after it. The caller updates the head of the list. */
export function removeToken(token: Token): Token | null {
  if (token.prev !== null) token.prev.next = token.next;
  if (token.next !== null) token.next.prev = token.prev;
  return token.next;
}

/**
 * Copies the tokens from `head` on into a new list with consistent links: the first token has no
 * predecessor.
 */
export function copyList(head: Token | null): Token | null {
  let first: Token | null = null;
  let last: Token | null = null;
  for (let token = head; token !== null; token = token.next) {
    const copy = copyToken(token);
    copy.prev = last;
    if (last === null) first = copy;
    else last.next = copy;
    last = copy;
  }
  return first;
}

/**
 * An error at `token`. File and line are those of `#FILENAME`; column and frame are those of the
 * bytes that the token was read from.
 */
export function tokenError(
  token: Token | null,
  code: string,
  message: string,
  hint?: string,
): ToolError {
  const text = readable(message);
  if (token === null) return new ToolError(text, { code });
  const { origin, start } = token;
  const { source, file } = origin;
  if (source === undefined) return new ToolError(text, { code, file });
  return new ToolError(text, {
    code,
    file,
    line: origin.lineAt(start),
    column: locate(source.bytes, start).column,
    offset: start,
    frame: codeFrame(source.bytes, start),
    hint: hint ?? hintAt(source.bytes, start) ?? useOf(token),
  });
}

/** Where the macro was used that made the token; undefined if none did. */
function useOf(token: Token): string | undefined {
  if (token.use === null) return undefined;
  let outer = token.use;
  while (outer.use !== null) outer = outer.use;
  const { origin, start } = outer;
  if (origin.source === undefined) return undefined;
  const { column } = locate(origin.source.bytes, start);
  const place = `${origin.file}:${origin.lineAt(start)}:${column}`;
  return `out of the macro ${latin1ToName(token.use.text)}, used at ${place}`;
}

/**
 * The message on one line. Its quotations from the program are Latin-1, one character for each
 * byte.
 */
function readable(message: string): string {
  const line = message.replace(/[ \n]+$/, '').replaceAll('\n', ' ');
  for (let i = 0; i < line.length; i++) if (line.charCodeAt(i) > 0xff) return line;
  return latin1ToName(line);
}
