// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A command line → lists of pipelines of commands: the commands of the chapters, and those that a
 * reader tries.
 *
 *     list     = and-or { (";" | newline) and-or }
 *     and-or   = pipeline { ("&&" | "||") pipeline }
 *     pipeline = command { "|" command }
 *     command  = ( { NAME=word } { word } | "(" list ")" ), with redirections anywhere in it:
 *                (">" | ">>" | "<" | "2>" | "2>>") word | "2>&1"
 *
 * A word is made of pieces: text as it is, in '…' or in "…", `$NAME`, `${NAME}`, `$?`. Invariant:
 * what is not in this grammar (loops, `$(…)`, patterns of file names, `&`) is an error that names
 * it, and nothing is run.
 */

/** A part of a word. The value of a variable without quotes is split at blanks. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly quoted: boolean };

export interface Word {
  readonly pieces: readonly Piece[];
  /** True when a part was in quotes; then the word is kept even if it is empty. */
  readonly quoted: boolean;
}

export interface Redirection {
  readonly descriptor: 0 | 1 | 2;
  readonly append: boolean;
  /** undefined for `2>&1`. */
  readonly target: Word | undefined;
}

export interface Command {
  /** For `( … )`: what runs in a shell of its own. Then there are no words. */
  readonly group: readonly Link[] | undefined;
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

export interface Link {
  /** When the command runs: always, or after the success or failure of the one before. */
  readonly when: 'always' | 'success' | 'failure';
  readonly pipeline: readonly Command[];
}

/** The error for a line that cannot be parsed. */
export class ShellError extends Error {}

type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly assigns: string | undefined }
  | { readonly kind: 'operator'; readonly text: string };

const OPERATORS = ['&&', '||', '2>&1', '2>>', '2>', '>>', '>', '<', ';', '|', '(', ')', '\n'];
/** What other shells understand and this one does not. */
const UNKNOWN = /^(?:\$\(|`|[&(){}*?[])/;
const KEYWORDS = /^(?:if|then|else|fi|for|while|until|do|done|case|esac|function|\[\[)$/;
const NAME = /^[A-Za-z_]\w*/;

/** Parse a line. Throws ShellError. */
export function parse(text: string): Link[] {
  const parser = new Parser(new Lexer(text).tokens());
  const links = parser.list();
  parser.requireEnd();
  return links;
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** Read up to the end, or up to a closing parenthesis. */
  list(): Link[] {
    const links: Link[] = [];
    let when: Link['when'] = 'always';
    for (;;) {
      while (this.accept(';', '\n')) if (when !== 'always') throw this.missing();
      if (this.at === this.tokens.length || this.sees(')')) {
        if (when !== 'always') throw this.missing();
        return links;
      }
      links.push({ when, pipeline: this.pipeline() });
      when = this.accept('&&') ? 'success' : this.accept('||') ? 'failure' : 'always';
      if (when === 'always' && !this.sees(';', '\n', ')') && this.at < this.tokens.length) {
        throw this.missing();
      }
    }
  }

  requireEnd(): void {
    if (this.at < this.tokens.length) throw this.missing();
  }

  private pipeline(): Command[] {
    const commands = [this.command()];
    while (this.accept('|')) commands.push(this.command());
    return commands;
  }

  private command(): Command {
    const start = this.at;
    const group = this.accept('(') ? this.group() : undefined;
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      const token = this.tokens[this.at];
      if (token?.kind === 'word') {
        if (group !== undefined) throw new ShellError('an operator is missing after )');
        this.at++;
        if (token.assigns !== undefined && words.length === 0) {
          assignments.push({ name: token.assigns, value: token.word });
        } else words.push(token.assigns === undefined ? token.word : rejoined(token));
      } else if (!this.redirection(redirections)) break;
    }
    if (this.at === start) throw this.missing();
    return { group, assignments, words, redirections };
  }

  private group(): Link[] {
    const links = this.list();
    if (!this.accept(')')) throw new ShellError('a ( has no partner');
    return links;
  }

  private redirection(found: Redirection[]): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'operator') return false;
    if (token.text === '2>&1') {
      this.at++;
      found.push({ descriptor: 2, append: false, target: undefined });
      return true;
    }
    const form = /^(2?)(>>?|<)$/.exec(token.text);
    if (form === null) return false;
    const file = this.tokens[this.at + 1];
    if (file?.kind !== 'word') throw new ShellError(`a file is missing after ${token.text}`);
    this.at += 2;
    const descriptor = form[2] === '<' ? 0 : form[1] === '2' ? 2 : 1;
    found.push({ descriptor, append: form[2] === '>>', target: file.word });
    return true;
  }

  private sees(...texts: string[]): boolean {
    const token = this.tokens[this.at];
    return token?.kind === 'operator' && texts.includes(token.text);
  }

  private accept(...texts: string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.at++;
    return true;
  }

  private missing(): ShellError {
    const token = this.tokens[this.at];
    if (token?.kind === 'word')
      return new ShellError('an operator is missing between two commands');
    const what = token === undefined ? 'the end' : visibleOperator(token.text);
    return new ShellError(`a command is missing before ${what}`);
  }
}

function visibleOperator(text: string): string {
  return text === '\n' ? 'the end of the line' : text;
}

/** After the first word, `NAME=value` is a word like any other. */
function rejoined({ word, assigns }: Token & { readonly kind: 'word' }): Word {
  return { ...word, pieces: [{ kind: 'text', text: `${assigns}=` }, ...word.pieces] };
}

class Lexer {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  tokens(): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.skipBlanks();
      const rest = this.text.slice(this.at);
      if (rest === '') return tokens;
      const operator = OPERATORS.find((one) => rest.startsWith(one));
      if (operator !== undefined) {
        this.at += operator.length;
        tokens.push({ kind: 'operator', text: operator });
      } else tokens.push(this.word(tokens.at(-1)?.kind !== 'word'));
    }
  }

  /** Skip blanks, comments, and line ends after a backslash. */
  private skipBlanks(): void {
    this.at += /^(?:[ \t]|\\\n)*(?:#[^\n]*)?/.exec(this.text.slice(this.at))?.[0].length ?? 0;
  }

  private word(isFirst: boolean): Token {
    const pieces: Piece[] = [];
    let quoted = false;
    const start = this.text.slice(this.at);
    const assigns = NAME.exec(start)?.[0];
    const isAssignment = assigns !== undefined && start[assigns.length] === '=';
    if (isAssignment) this.at += assigns.length + 1;
    const keyword = /^[^\s;|&<>]+/.exec(start)?.[0] ?? '';
    if (isFirst && KEYWORDS.test(keyword)) throw unknown(keyword);
    while (this.at < this.text.length && !/[\s;|<>()]/.test(this.text[this.at] as string)) {
      const rest = this.text.slice(this.at);
      if (rest.startsWith('&&')) break;
      if (rest.startsWith('\\\n')) this.at += 2;
      else if (rest[0] === "'") {
        pieces.push({ kind: 'text', text: this.until("'") });
        quoted = true;
      } else if (rest[0] === '"') {
        this.doubleQuoted(pieces);
        quoted = true;
      } else if (rest[0] === '\\') {
        pieces.push({ kind: 'text', text: rest[1] ?? '' });
        this.at += 2;
      } else if (!this.variable(pieces, false)) {
        const strange = UNKNOWN.exec(rest)?.[0];
        if (strange !== undefined) throw unknown(strange);
        pieces.push({ kind: 'text', text: rest[0] as string });
        this.at++;
      }
    }
    return { kind: 'word', word: { pieces, quoted }, assigns: isAssignment ? assigns : undefined };
  }

  /** The text up to the next quotation mark of the same kind. */
  private until(mark: string): string {
    const end = this.text.indexOf(mark, this.at + 1);
    if (end < 0) throw new ShellError(`a ${mark} has no partner`);
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return inner;
  }

  private doubleQuoted(pieces: Piece[]): void {
    this.at++;
    for (;;) {
      const rest = this.text.slice(this.at);
      if (rest === '') throw new ShellError('a " has no partner');
      if (rest[0] === '"') break;
      const special = /^\\(["$`\\\n])/.exec(rest)?.[1];
      if (special !== undefined) {
        pieces.push({ kind: 'text', text: special === '\n' ? '' : special });
        this.at += 2;
      } else if (!this.variable(pieces, true)) {
        if (/^(?:\$\(|`)/.test(rest)) throw unknown(rest[0] === '`' ? '`' : '$(');
        pieces.push({ kind: 'text', text: rest[0] as string });
        this.at++;
      }
    }
    this.at++;
  }

  private variable(pieces: Piece[], quoted: boolean): boolean {
    const rest = this.text.slice(this.at);
    const [whole, braced, plain] = /^\$(?:\{(\w+|\?)\}|([A-Za-z_]\w*|\?))/.exec(rest) ?? [];
    if (whole === undefined) return false;
    pieces.push({ kind: 'variable', name: (braced ?? plain) as string, quoted });
    this.at += whole.length;
    return true;
  }
}

function unknown(what: string): ShellError {
  return new ShellError(`the shell of this page does not know ${what}`);
}
