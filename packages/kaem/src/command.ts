// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * One command of a script: its words, after aliases and variables.
 *
 * Upstream keeps the words in a linked list that ends in an empty node, and builtins advance the
 * pointer to the current word. What `if` sees after a command depends on that pointer, so it is
 * kept here as `at`. Behaviour defined by mescc-tools 1.7.0, Kaem/kaem.c (collect_command).
 */
import { errorAt } from '@stage0-ts/diagnostics';
import { MAX_STRING, type Reader, splitAlias } from './reader.ts';
import { ExpansionError, expand, type Scope } from './variables.ts';

export class Command {
  /** Byte strings. */
  readonly words: string[] = [];
  /** Index of the current word; `words.length` is the empty node at the end. */
  at = 0;
  /** Offset of the command's first character in the script. */
  readonly offset: number;

  constructor(offset: number) {
    this.offset = offset;
  }

  /** The current word, or undefined at the end. */
  get current(): string | undefined {
    return this.words[this.at];
  }

  /** Step to the next word and return it; undefined at the end. */
  advance(): string | undefined {
    if (this.at < this.words.length) this.at++;
    return this.current;
  }

  /** The current word and those after it. */
  rest(): string[] {
    return this.words.slice(this.at);
  }
}

/** The values that reading a command needs. */
export interface CommandScope extends Scope {
  /** The value of an alias, or undefined. */
  alias(name: string): string | undefined;
}

/**
 * Read up to the end of the next command. undefined at the end of the script. A last line without a
 * line feed is read, and its errors are reported, but it is never run.
 */
export function readCommand(reader: Reader, scope: CommandScope): Command | undefined {
  const command = new Command(skipBlanks(reader));
  reader.clearWord();
  reader.lastLength = 0;
  for (;;) {
    const offset = reader.at;
    const end = reader.readWord();
    const word = reader.word();
    if (word !== '') {
      reader.clearWord();
      const value = scope.alias(word);
      for (const part of value === undefined ? [word] : splitAlias(value)) {
        const expanded = expandAt(reader, offset, part, scope);
        // Quirk kept: a single blank does not count as a word
        if (expanded !== ' ') command.words.push(expanded);
      }
    }
    if (end === 'script') return undefined;
    if (end === 'command') return command;
  }
}

function expandAt(reader: Reader, offset: number, word: string, scope: Scope): string {
  try {
    const expanded = expand(word, scope);
    if (expanded.length < MAX_STRING) return expanded;
    throw errorAt(
      reader.script,
      offset,
      'word-too-long',
      'the expanded word is longer than 4095 bytes',
    );
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    throw errorAt(reader.script, offset, 'bad-variable', error.message);
  }
}

/** Offset of the next character that is neither a blank nor a tab. Nothing is read. */
function skipBlanks(reader: Reader): number {
  const { bytes } = reader.script;
  let { at } = reader;
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  return at;
}
