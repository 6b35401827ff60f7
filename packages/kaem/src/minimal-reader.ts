// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The language of kaem-minimal: script bytes → commands, each a list of words.
 *
 * A command is a line. Words are divided by blanks and tabs; `"` quotes up to the next `"` and ends
 * the word; `#` starts a comment wherever it is; a backslash ends the word and drops the next
 * character, which is how a command continues on the next line. It does not have variables.
 *
 * Invariant: what is yielded is exactly what upstream starts, in order; the caller runs one command
 * before the next is read, so that an error further down does not hide what ran before it.
 *
 * Behaviour defined by x86/kaem-minimal.hex0 of stage0-posix 1.9.1.
 */
import { ByteWriter } from '@stage0-ts/bytes';
import { errorAt, requireSource, type Source } from '@stage0-ts/diagnostics';

/** One line of the script. */
export interface MinimalCommand {
  /** At least one word. Words end at their first NUL, as C strings do. */
  readonly words: readonly Uint8Array[];
  /** Offset of the first byte after the previous command. */
  readonly offset: number;
}

/** Most words in a command: upstream has 256 pointers, the last one zero. */
const MAX_WORDS = 255;
/** Most bytes in a word: upstream has a buffer of 4096, the last byte zero. */
const MAX_WORD = 4095;

/** What ended a word. */
type WordEnd = 'separator' | 'line' | 'file';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const BLANK = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const BACKSLASH = 0x5c;
/** Quirk kept: the end of the file is the value -4 in a byte, so the byte 0xFC ends a script. */
const END_OF_FILE = 0xfc;

/**
 * The commands of a script. A last line without a line feed is not a command.
 *
 * Throws ToolError for a file that ends inside a string or comment, a word of more than 4095 bytes
 * and a command of more than 255 words (upstream exits 1 for the first two and overwrites its own
 * memory for the others).
 */
export function* readMinimalCommands(script: Source): Generator<MinimalCommand> {
  requireSource(script, 'the script');
  const reader = new Reader(script);
  for (;;) {
    const offset = reader.at;
    const words: Uint8Array[] = [];
    let end: WordEnd;
    do {
      const start = reader.at;
      const word = new ByteWriter(64);
      end = reader.readWord(word);
      if (end === 'file') return;
      if (word.length > MAX_WORD)
        throw errorAt(script, start, 'word-too-long', 'a word is longer than 4095 bytes');
      if (word.length > 0) words.push(asCString(word.view()));
      if (words.length > MAX_WORDS)
        throw errorAt(script, start, 'too-many-words', 'a command has more than 255 words');
    } while (end !== 'line');
    if (words.length > 0) yield { words, offset };
  }
}

class Reader {
  at = 0;
  private readonly script: Source;

  constructor(script: Source) {
    this.script = script;
  }

  /** Append the next word, which may be empty, and return what ended it. */
  readWord(word: ByteWriter): WordEnd {
    for (;;) {
      const byte = this.next();
      switch (byte) {
        case END_OF_FILE:
          return 'file';
        case BLANK:
        case TAB:
          return 'separator';
        case LINE_FEED:
          return 'line';
        case QUOTE:
          this.readString(word);
          return 'separator';
        case HASH:
          this.skipComment();
          return 'line';
        case BACKSLASH:
          this.next();
          return 'separator';
        default:
          word.writeByte(byte);
      }
    }
  }

  private readString(word: ByteWriter): void {
    const start = this.at - 1;
    for (;;) {
      const byte = this.next();
      if (byte === QUOTE) return;
      if (byte === END_OF_FILE) throw this.unterminated(start, 'string');
      word.writeByte(byte);
    }
  }

  private skipComment(): void {
    const start = this.at - 1;
    for (;;) {
      const byte = this.next();
      if (byte === LINE_FEED) return;
      if (byte === END_OF_FILE) throw this.unterminated(start, 'comment');
    }
  }

  private next(): number {
    return this.script.bytes[this.at++] ?? END_OF_FILE;
  }

  private unterminated(start: number, what: string): Error {
    return errorAt(this.script, start, `unterminated-${what}`, `the ${what} has no end`);
  }
}

function asCString(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return bytes.slice(0, nul < 0 ? bytes.length : nul);
}
