// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The characters of a kaem script → raw words, before aliases and variables.
 *
 * Upstream reads each word into a zeroed buffer of 4096 bytes which it clears only at a new command
 * and when a word was kept. Two quirks result from that, so this has the buffer as well:
 * - an escaped line end inside a word leaves a gap, and the word ends at the gap;
 * - text left in the buffer after such a gap becomes the tail of the next word, if that is shorter.
 *
 * Behaviour defined by mescc-tools 1.7.0, Kaem/kaem.c (collect_token and what it calls).
 */
import { decodeLatin1 } from '@stage0-ts/bytes';
import { errorAt, type Source } from '@stage0-ts/diagnostics';

/**
 * How reading a word ended: the command continues, the command is complete, or the script has
 * ended.
 */
export type WordEnd = 'word' | 'command' | 'script';

/** The most bytes in a line, word or value. Upstream's count includes the final NUL. */
export const MAX_STRING = 4096;

const END_OF_FILE = -1;

export class Reader {
  /** Offset of the next character. */
  at = 0;
  /**
   * Upstream's "index": the length of the word that was read last. A comment or the end of a
   * command, directly after a separator, keeps it; kaem runs a command only if it is not 0.
   */
  lastLength = 0;
  readonly script: Source;
  private buffer = new Uint8Array(MAX_STRING);

  constructor(script: Source) {
    this.script = script;
  }

  /** Start with a clean buffer: before each command, and after each word that was kept. */
  clearWord(): void {
    this.buffer = new Uint8Array(MAX_STRING);
  }

  /** The word in the buffer, up to its first NUL. */
  word(): string {
    return cString(this.buffer);
  }

  /** Read one word into the buffer. Throws ToolError where upstream exits 1. */
  readWord(): WordEnd {
    let length = 0;
    for (;;) {
      const start = this.at;
      const char = this.next();
      if (length >= MAX_STRING) throw this.error(start, 'line-too-long', 'LINE IS TOO LONG');
      switch (char) {
        case END_OF_FILE:
          this.lastLength = END_OF_FILE;
          return 'script';
        case 0x20: // blank
        case 0x09: // tab
        case 0x00:
          this.lastLength = length;
          return 'word';
        case 0x22: // "
          this.lastLength = this.readString(start, length);
          return 'word';
        case 0x23: // #
          this.skipComment(start);
          if (length !== 0) this.lastLength = length;
          return 'command';
        case 0x0a:
        case 0x3b: // ;
          if (length !== 0) this.lastLength = length;
          return 'command';
        case 0x5c: {
          const char = escaped(this.next());
          if (char !== SKIPPED) this.buffer[length] = char;
          length++;
          break;
        }
        default:
          this.buffer[length++] = char;
      }
    }
  }

  /** `"…"`: everything up to the closing quote. Returns the length of the word so far. */
  private readString(start: number, from: number): number {
    let length = from;
    for (;;) {
      if (length >= MAX_STRING) throw this.error(start, 'line-too-long', 'LINE IS TOO LONG');
      const char = this.next();
      if (char === END_OF_FILE) {
        throw this.error(start, 'unterminated-string', 'IMPROPERLY TERMINATED STRING!');
      }
      if (char === 0x22) return length;
      // For an escaped line end, -1 is written, which means "nothing": the byte 0xFF.
      this.buffer[length++] = char === 0x5c ? escaped(this.next()) : char;
    }
  }

  private skipComment(start: number): void {
    for (let char = 0; char !== 0x0a; ) {
      char = this.next();
      if (char === END_OF_FILE) {
        throw this.error(start, 'unterminated-comment', 'IMPROPERLY TERMINATED LINE COMMENT!');
      }
    }
  }

  private next(): number {
    const char = this.script.bytes[this.at++];
    if (char !== undefined) return char;
    this.at = this.script.bytes.length;
    return END_OF_FILE;
  }

  private error(offset: number, code: string, message: string): Error {
    return errorAt(this.script, offset, code, message);
  }
}

/** The result for an escape without a value: a line end. */
const SKIPPED = -1;

/** The value of the character after a backslash. */
function escaped(char: number): number {
  if (char === 0x0a) return SKIPPED;
  if (char === 0x6e) return 0x0a; // n
  return char === 0x72 ? 0x0d : char; // r
}

/**
 * The words of an alias's value, divided by blanks and tabs; quotes have no meaning. Two separators
 * in a row, or one at the end, make an empty word.
 */
export function splitAlias(value: string): string[] {
  const words: string[] = [];
  const word: number[] = [];
  const finish = () => {
    words.push(cString(Uint8Array.from(word)));
    word.length = 0;
  };
  for (let at = 0; at < value.length; at++) {
    const char = value.charCodeAt(at);
    if (char === 0x20 || char === 0x09) finish();
    else if (char !== 0x5c) word.push(char);
    else word.push(at + 1 < value.length ? escaped(value.charCodeAt(++at)) : 0);
  }
  finish();
  return words;
}

function cString(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  return decodeLatin1(bytes, 0, nul < 0 ? bytes.length : nul);
}
