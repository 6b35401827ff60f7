// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `#include`: find the file, tokenize it, and splice its tokens in after the line.
 *
 * Searched are the folder of the including file (quoted form only), the include paths in order, and
 * `./M2libc/`.
 * Behaviour defined by handle_include of cc_macro.c of M2-Planet 1.13.1.
 */
import { DOUBLE_QUOTE, GREATER } from './characters.ts';
import type { MacroCursor } from './macro-cursor.ts';
import { readTokens } from './reader.ts';
import { latin1ToName, nameToLatin1 } from './text.ts';
import type { Token } from './token.ts';

/** Limit for included files. Upstream never closes one, so it fails after some hundreds. */
const MAX_INCLUDES = 10_000;

export class Includer {
  private readonly cursor: MacroCursor;
  private count = 0;
  /** The paths that were tried for the last name, for the message. */
  private readonly tried = new Set<string>();

  constructor(cursor: MacroCursor) {
    this.cursor = cursor;
  }

  /**
   * Process an include. The cursor is at `#include`, and ends at the token after the file's name.
   */
  include(): void {
    const { cursor } = this;
    cursor.remove();
    const place = cursor.current('#include');
    const quoted = place.first === DOUBLE_QUOTE;
    const name = quoted ? place.text.slice(1) : this.angledName();
    const found = this.search(latin1ToName(name), quoted ? place.origin.file : undefined);
    if (found === undefined) {
      const tried = [...this.tried].map(nameToLatin1).join(', ');
      throw cursor.error(`Unable to find include file: ${name} (tried ${tried})`, place);
    }
    if (++this.count > MAX_INCLUDES) throw cursor.error('too many includes', place);
    cursor.remove();
    this.splice(found.path, found.bytes, place);
  }

  /** "<" tokens ">": the joined texts of the tokens. The cursor ends at the ">". */
  private angledName(): string {
    this.cursor.remove();
    let name = '';
    for (;;) {
      const token = this.cursor.current('#include');
      if (token.first === GREATER) return name;
      name += token.text;
      this.cursor.remove();
    }
  }

  /**
   * Quirk kept: all paths are built in one buffer. The include paths are not terminated in it, so
   * the end of a longer path that was built before stays there.
   */
  private search(
    name: string,
    including: string | undefined,
  ): { path: string; bytes: Uint8Array } | undefined {
    const read = this.cursor.options.readInclude ?? ((): undefined => undefined);
    this.tried.clear();
    let buffer = '';
    const attempt = () => {
      const end = buffer.indexOf('\0');
      const path = end < 0 ? buffer : buffer.slice(0, end);
      this.tried.add(path);
      const bytes = read(path);
      return bytes === undefined ? undefined : { path, bytes };
    };
    const write = (path: string) => {
      buffer = path + buffer.slice(path.length);
    };
    if (including !== undefined) {
      write(including);
      write(`${including.slice(0, including.lastIndexOf('/') + 1)}${name}\0`);
      const found = attempt();
      if (found !== undefined) return found;
    }
    for (const folder of this.cursor.options.includePaths ?? []) {
      write(`${folder}/${name}`);
      const found = attempt();
      if (found !== undefined) return found;
    }
    write(`./M2libc/${name}`);
    return attempt();
  }

  /**
   * Quirk kept: the tokens go after the *next* token, which is the end of the line unless there is
   * an error.
   */
  private splice(path: string, bytes: Uint8Array, place: Token): void {
    const { cursor } = this;
    const at = cursor.current('#include');
    const run = readTokens({ name: path, bytes }, null, cursor.reader);
    if (run.first === null || run.last === null) {
      throw cursor.error(`the include file ${path} is empty`, place);
    }
    const after = at.next;
    if (after === null) throw cursor.error('an #include cannot be the last line', place);
    at.next = run.first;
    run.first.prev = at;
    run.last.next = after;
    after.prev = run.last;
  }
}
