// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * C sources → one preprocessed source for M2-Planet.
 *
 * After reading (reader.ts), one walk over the token list: directives at the start of a line are
 * executed and removed, other tokens are expanded if they are macros, and expansions are walked
 * again. Invariant: what is before the current token is final output; it is printed line by line.
 *
 * Behaviour defined by M2-Mesoplanet 1.13.0, cc_macro.c, as M2-Planet compiles it.
 */
import { ByteWriter, latin1ToHost, type ProvenanceMap } from '@stage0-ts/bytes';
import { errorAt, requireSources, type Source, ToolError, visible } from '@stage0-ts/diagnostics';
import { evaluate } from './condition.ts';
import { Expander } from './expander.ts';
import { type Macro, MacroTable } from './macros.ts';
import { Reader } from './reader.ts';
import { Token, TokenList } from './token.ts';
import { TokenProvenance } from './token-provenance.ts';

export interface PreprocessOptions {
  /**
   * The bytes of an included file, or undefined if the path has no file. Default: no file
   * exists.
   */
  readonly readFile?: (path: string) => Uint8Array | undefined;
  /** Folder of `#include <…>`. Default: `./M2libc`. */
  readonly libcPath?: string;
  /** Further folders for `#include "…"`. Default: none. */
  readonly includePaths?: readonly string[];
  /** `Linux` (default) or `UEFI`. The other system's libc files are skipped. */
  readonly operatingSystem?: string;
  /** Read included files. Otherwise the lines that name them are dropped. Default: true. */
  readonly followIncludes?: boolean;
  /** Tokens must be shorter than this. Default: 65536 bytes. */
  readonly maxString?: number;
  /** Predefined macros; later ones are found first. Each value is one token. Default: none. */
  readonly defines?: readonly (readonly [name: string, value: string])[];
  /** Only read; do not preprocess. Default: false. */
  readonly dump?: boolean;
  /**
   * Receives the place of each token; for a token from a macro, also its place in the definition.
   * Default: no map is made.
   */
  readonly provenance?: ProvenanceMap | undefined;
}

export interface Preprocessed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True if a file with the name stdio.h was included, even under a false condition. */
  readonly stdioUsed: boolean;
  /** What upstream prints on standard output. */
  readonly notes: string;
  /** What upstream prints on standard error: files read, #warning, unknown directives. */
  readonly warnings: string;
}

/**
 * Preprocess `sources`, one after another. Throws ToolError for what cannot be read or understood.
 */
export function preprocess(
  sources: readonly Source[],
  options: PreprocessOptions = {},
): Preprocessed {
  requireSources(sources);
  const reader = new Reader({
    readFile: options.readFile ?? (() => undefined),
    libcPath: options.libcPath ?? './M2libc',
    includePaths: options.includePaths ?? [],
    operatingSystem: options.operatingSystem ?? 'Linux',
    followIncludes: options.followIncludes ?? true,
    maxString: options.maxString ?? 65536,
  });
  for (const source of sources) reader.read(source);
  const walk = new Walk(new TokenList(reader.pieces), options);
  if (!options.dump) walk.run();
  return {
    bytes: walk.finish(),
    stdioUsed: reader.stdioUsed,
    notes: reader.notes.join(''),
    warnings:
      reader.included.map((name) => `reading file: ${visible(latin1ToHost(name))}\n`).join('') +
      walk.warnings.join(''),
  };
}

/** An open #if. */
interface Condition {
  /** The token at which it began, for errors. */
  readonly start: Token;
  included: boolean;
  /** True if no later #elif or #else of it may be included. */
  matched: boolean;
}

const NESTED_IF = new Set(['#if', '#ifdef', '#ifndef']);
const BLOCK_END = new Set(['#elif', '#else', '#endif']);

class Walk {
  readonly warnings: string[] = [];
  private readonly list: TokenList;
  private token: Token | undefined;
  /** The last token that was read: the place of the end of the file, for errors. */
  private latest: Token | undefined;
  private readonly macros = new MacroTable();
  private readonly expander: Expander;
  private readonly conditions: Condition[] = [];
  private readonly out = new ByteWriter(1 << 16);
  private readonly provenance: ProvenanceMap | undefined;
  private readonly tokenProvenance: TokenProvenance | undefined;
  /** The last token that was printed. */
  private printed: Token;

  constructor(list: TokenList, { defines = [], provenance }: PreprocessOptions) {
    this.list = list;
    this.expander = new Expander(list, this.macros);
    this.printed = list.head;
    this.token = list.after(list.head);
    this.provenance = provenance;
    this.tokenProvenance = provenance && new TokenProvenance(provenance);
    for (const [name, value] of [['__M2__', '__M2__'] as const, ...defines]) {
      const source = { name: '-D', bytes: new Uint8Array() };
      this.macros.define({ name, parameters: [], expansion: new Token(value, source, 0) });
    }
  }

  run(): void {
    let lineStart = true;
    while (this.token !== undefined) {
      if (lineStart && this.token.text.startsWith('#')) this.readDirective(this.token);
      else if (this.token.text === '\n') {
        lineStart = true;
        this.token = this.list.after(this.token);
        this.print(this.token);
      } else if (this.conditions.at(-1)?.included === false) {
        this.dropBlock();
        lineStart = true;
      } else {
        lineStart = false;
        this.token = this.expander.expand(this.token);
      }
    }
  }

  /** Print the rest of the list. Returns the whole output. */
  finish(): Uint8Array<ArrayBuffer> {
    this.print(undefined);
    this.provenance?.finish(this.out.length);
    return this.out.toBytes();
  }

  /**
   * Print the tokens before `end`. Links between printed tokens are cut, so that their memory can
   * be freed.
   */
  private print(end: Token | undefined): void {
    let next = this.list.after(this.printed);
    for (; next !== end && next !== undefined; next = this.list.after(next)) {
      this.tokenProvenance?.add(this.out.length, next);
      this.out.writeLatin1(next.text);
      this.printed.next = undefined;
      next.previous = undefined;
      this.printed = next;
    }
  }

  /** The current token. Throws at the end of the file. */
  current(): Token {
    if (this.token !== undefined) {
      this.latest = this.token;
      return this.token;
    }
    const { source, offset } = this.latest as Token;
    throw errorAt(source, offset, 'unexpected-end', 'the file ends inside a directive');
  }

  /** Remove the current token and the blanks after it; tabs stay. */
  take(): void {
    this.takeOne();
    while (this.current().text === ' ') this.takeOne();
  }

  private takeOne(): void {
    this.token = this.list.remove(this.current());
  }

  private readDirective(start: Token): void {
    switch (start.text) {
      case '#if':
        this.take();
        this.openCondition(start, evaluate(this, this.macros) !== 0);
        break;
      case '#ifdef':
      case '#ifndef':
        this.take();
        this.openCondition(start, this.isDefined() === (start.text === '#ifdef'));
        break;
      case '#elif':
        this.take();
        this.elseIf(start, evaluate(this, this.macros));
        break;
      case '#else':
        this.take();
        this.requireCondition(start).included = !this.requireCondition(start).matched;
        break;
      case '#endif':
        this.requireCondition(start);
        this.take();
        this.conditions.pop();
        break;
      case '#define':
        this.define();
        break;
      case '#undef':
        this.take();
        this.macros.undefine(this.current().text);
        this.take();
        break;
      case '#error':
      case '#warning':
        this.readMessage(start);
        break;
      case '#FILENAME':
        this.dropLine();
        break;
      default:
        this.warn(start, `feature: ${start.text} unsupported in M2-Planet`);
        this.warnings.push('Ignoring line, may result in bugs\n');
        this.dropLine();
    }
    this.expectLineEnd();
  }

  private expectLineEnd(): void {
    if (this.token === undefined || this.token.text === '\n') return;
    const { text } = this.token;
    throw this.token.error(
      'trailing-text',
      `newline expected at end of macro directive, found: '${text}'`,
    );
  }

  private isDefined(): boolean {
    const found = this.macros.find(this.current().text) !== undefined;
    this.take();
    return found;
  }

  private openCondition(start: Token, included: boolean): void {
    this.conditions.push({ start, included, matched: included });
  }

  private requireCondition(directive: Token): Condition {
    const condition = this.conditions.at(-1);
    if (condition !== undefined) return condition;
    throw directive.error('no-if', `${directive.text} without leading #if`);
  }

  /** Quirk kept: in upstream's binary `&&` is bitwise, so an even value counts as false here. */
  private elseIf(start: Token, value: number): void {
    const condition = this.requireCondition(start);
    condition.included = (value & 1) === 1 && !condition.matched;
    condition.matched ||= condition.included;
  }

  /**
   *     "#define" name [ "(" [ name { "," name } ] ")" ] tokens newline
   *
   * The expansion is the chain of removed tokens, from the first one to the last one that is not a
   * blank.
   */
  private define(): void {
    this.take();
    const name = this.current();
    if (name.text === '\n') throw name.error('no-name', 'unexpected newline after #define');
    const macro: Macro = { name: name.text, parameters: [], expansion: undefined };
    // From here on upstream finds the macro, even while its own arguments and expansion are being
    // read.
    if (this.conditions.at(-1)?.included !== false) this.macros.define(macro);
    this.takeOne();
    if (this.current().text.startsWith('(')) this.readParameters(macro);
    else if (this.current().text.startsWith(' ')) this.take();
    this.readExpansion(macro);
  }

  private readParameters(macro: Macro): void {
    this.take();
    if (!this.current().text.startsWith(')')) {
      this.readParameter(macro);
      while (this.current().text.startsWith(',')) {
        this.take();
        this.readParameter(macro);
      }
    }
    this.take(); // the closing parenthesis, or any other token
  }

  private readParameter(macro: Macro): void {
    macro.parameters.push({ name: this.current().text, tokens: [] });
    this.take();
  }

  private readExpansion(macro: Macro): void {
    let last: Token | undefined;
    for (;;) {
      const token = this.current();
      if (token.text.startsWith('//')) token.text = '\n';
      if (token.text === '\n') break;
      if (!token.text.startsWith('/*')) {
        macro.expansion ??= token;
        last = token;
      }
      this.take();
    }
    if (last !== undefined) last.next = undefined;
  }

  /** #error and #warning. Quirk kept: the text of a #warning stays in the source. */
  private readMessage(start: Token): void {
    const ignored = this.conditions.at(-1)?.included === false;
    this.take();
    if (ignored) {
      while (this.current().text !== '\n') this.take();
      return;
    }
    let text = '';
    for (; this.current().text !== '\n'; this.token = this.list.after(this.current()))
      text += this.current().text;
    if (start.text === '#error') throw start.error('error-directive', `#error ${text}`);
    this.warn(start, `warning: #warning ${text}`);
  }

  private warn(token: Token, message: string): void {
    const warning = token.error('warning', message);
    const { file, line, column } = warning;
    this.warnings.push(`${visible(`${file}:${line}:${column}: ${warning.message}`)}\n`);
  }

  private dropLine(): void {
    while (this.current().text !== '\n') this.take();
  }

  /** Remove a block whose condition is false, up to its #elif, #else or #endif. */
  private dropBlock(): void {
    this.dropUntil(BLOCK_END);
  }

  /**
   * Remove tokens up to one of `ends`; nested blocks are removed whole. The ends count anywhere in
   * a line.
   *
   * Nesting is counted here where upstream calls itself; the order of its removals is kept.
   */
  private dropUntil(ends: ReadonlySet<string>): void {
    const open: ReadonlySet<string>[] = [ends];
    while (open.length > 0) {
      if (NESTED_IF.has(this.current().text)) {
        this.take();
        open.push(ENDIF);
        continue;
      }
      this.skipOne();
      while (open.length > 0 && (open.at(-1) as ReadonlySet<string>).has(this.current().text)) {
        open.pop();
        if (open.length > 0) this.skipOne();
      }
    }
  }

  private skipOne(): void {
    if (this.token === undefined) throw this.unterminated();
    try {
      this.take();
    } catch (error) {
      throw error instanceof ToolError ? this.unterminated() : error;
    }
  }

  private unterminated(): Error {
    const start = this.conditions.at(-1)?.start as Token;
    return start.error('unterminated-if', 'Unterminated #if block');
  }
}

const ENDIF: ReadonlySet<string> = new Set(['#endif']);
