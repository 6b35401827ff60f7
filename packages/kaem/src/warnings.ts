// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A script → what in it silently means something else to kaem or kaem-minimal than to other shells:
 * `>` and `|` are arguments, a variable assignment before a command drops the command.
 *
 * The script is only read, as raw words: nothing is expanded or run. Warnings are in the order of
 * the script. Double quotes around a word show that a character is meant literally.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { errorAt, requireSource, type Source, type ToolError } from '@stage0-ts/diagnostics';

export type ShellName = 'kaem' | 'kaem-minimal';

/** Words that contain a redirection, a pipe or a list of commands. */
const OPERATOR = /^([0-9]?[<>].*|\|+|&+|.*[^&]&)$/s;

const BLANK = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const HASH = 0x23;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;

/** The parts of `script` that look like another shell's language. */
export function scriptWarnings(script: Source, shell: ShellName): ToolError[] {
  requireSource(script, 'the script');
  return new Scan(script, shell).run();
}

class Scan {
  private readonly script: Source;
  private readonly shell: ShellName;
  private readonly found: ToolError[] = [];
  private at = 0;
  /** How many words the command has so far, and whether the first one assigns. */
  private words = 0;
  private assigns = false;

  constructor(script: Source, shell: ShellName) {
    this.script = script;
    this.shell = shell;
  }

  run(): ToolError[] {
    const { bytes } = this.script;
    let lineStart = 0;
    while (this.at < bytes.length) {
      const byte = bytes[this.at] as number;
      if (byte === HASH) this.readComment();
      else if (byte === LINE_FEED || (byte === SEMICOLON && this.shell === 'kaem')) {
        this.at++;
        this.words = 0;
        this.assigns = false;
      } else if (byte === BLANK || byte === TAB) this.at++;
      else this.readWord();
      if (bytes[this.at - 1] === LINE_FEED) lineStart = this.at;
    }
    if (lineStart < bytes.length && this.words > 0) {
      this.warn(lineStart, 'no-line-feed', 'the last line has no line feed, so it is not run');
    }
    return this.found;
  }

  private readComment(): void {
    const end = this.script.bytes.indexOf(LINE_FEED, this.at);
    this.at = end < 0 ? this.script.bytes.length : end;
  }

  /** Reads a word; if a quote or a backslash divides it, all of its parts. */
  private readWord(): void {
    const { bytes } = this.script;
    const start = this.at;
    let isQuoted = false;
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at] as number;
      if (byte === BLANK || byte === TAB || byte === LINE_FEED) break;
      if (byte === SEMICOLON && this.shell === 'kaem') break;
      if (byte === HASH) {
        this.warn(this.at, 'comment-in-word', '# begins a comment, inside a word too');
        break;
      }
      if (byte === BACKSLASH) this.readBackslash();
      else if (byte === QUOTE) {
        isQuoted = true;
        this.readQuoted();
        if (this.isInWord()) {
          const message = 'the word ends at its closing quote, and another one begins';
          this.warn(this.at + 1, 'quote-ends-word', message);
        }
      }
    }
    this.words++;
    if (this.words === 2 && this.assigns) {
      this.warn(
        start,
        'assignment-drops',
        'the rest of a command that assigns a variable is dropped',
      );
    }
    if (!isQuoted) this.readPlain(start, decodeUtf8(bytes, start, this.at));
  }

  /** Step to the closing quote. */
  private readQuoted(): void {
    const { bytes } = this.script;
    for (this.at++; this.at < bytes.length && bytes[this.at] !== QUOTE; this.at++) {
      if (bytes[this.at] === BACKSLASH && this.shell === 'kaem') this.at++;
    }
  }

  /** True if the byte here continues the word. */
  private isInWord(): boolean {
    const next = this.script.bytes[this.at + 1];
    const ends = [BLANK, TAB, LINE_FEED, HASH, undefined];
    return !ends.includes(next) && !(next === SEMICOLON && this.shell === 'kaem');
  }

  /** Step to the character after the backslash. */
  private readBackslash(): void {
    const { bytes } = this.script;
    const before = bytes[this.at - 1];
    const isInside = this.at > 0 && before !== BLANK && before !== TAB && before !== LINE_FEED;
    const isLineEnd = bytes[this.at + 1] === LINE_FEED;
    if (this.shell === 'kaem-minimal' && !isLineEnd) {
      this.warn(this.at, 'backslash', 'a backslash ends the word and drops the character after it');
    } else if (this.shell === 'kaem' && isLineEnd && isInside) {
      this.warn(this.at, 'backslash', 'a word that touches the line end is cut there; put a blank');
    }
    this.at++;
  }

  /** Reads a word without quotes. */
  private readPlain(start: number, text: string): void {
    if (this.words === 1) this.assigns = this.shell === 'kaem' && text.includes('=');
    const is = (code: string, message: string) => this.warn(start, code, message);
    if (OPERATOR.test(text)) is('operator', `${text} is an argument here: there are no operators`);
    else if (text.includes('`')) is('backtick', 'backticks are characters like others');
    else if (text.includes("'"))
      is('single-quote', "' is a character like others; use double quotes");
    else if (/[*?]/.test(text)) is('pattern', 'there are no patterns of file names');
    else if (this.shell === 'kaem-minimal' && text.includes('$')) {
      is('variable', 'there are no variables');
    } else if (this.shell === 'kaem-minimal' && text.includes(';')) {
      is('operator', 'a semicolon is a character like others; put each command on a line');
    } else if (/.\$@/s.test(text)) is('variable', '$@ drops what comes before it in the word');
  }

  private warn(offset: number, code: string, message: string): void {
    this.found.push(errorAt(this.script, offset, code, message));
  }
}
