// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The state of one compilation: the token to parse next, the tables of names, the output.
 *
 * The parser consists of functions over this one object (types-parser, constants, expressions,
 * statements, initializers, declarations). Invariant: `token` is the next token; after the last one
 * comes `end`, whose text is empty, so that peeking at it is safe and consuming it is an error.
 */
import type { ToolError } from '@stage0-ts/diagnostics';
import { type Dialect, dialectOf } from './dialects.ts';
import type { Emitter, Frame } from './emit/emitter.ts';
import { LiteralError } from './literals.ts';
import type { CompileOptions } from './options.ts';
import { DEFAULT_MAX_STRING } from './options.ts';
import { Origin } from './origin.ts';
import { Output } from './output.ts';
import type { FunctionSymbol, JumpTargets, Variable } from './symbols.ts';
import { syntheticToken, type Token, tokenError } from './token.ts';
import { TokenProvenance } from './token-provenance.ts';
import { type Type, TypeTable } from './types.ts';
import { Warnings } from './warnings.ts';

export class Compilation {
  token: Token;
  readonly end: Token;
  readonly options: CompileOptions;
  readonly dialect: Dialect;
  readonly maxString: number;
  readonly output: Output;
  readonly emit: Emitter;
  readonly types: TypeTable;
  /** Enum constants; undefined while the value of one is being computed. */
  readonly constants: Map<string, number | undefined> = new Map();
  readonly functions: Map<string, FunctionSymbol> = new Map();
  readonly globals: Map<string, Variable> = new Map();
  /** The strings in functions: text → label. */
  readonly strings: Map<string, string> = new Map();
  /** The function that is being compiled, or else the last one that was. */
  function: FunctionSymbol | undefined;
  targets: JumpTargets | undefined;
  /** The type of what the expression has computed so far. */
  expressionType: Type;
  /**
   * True from `&` up to the next operand. Like upstream's, this is global and not a parameter,
   * because an index after the operand tests it too. Of several indices only the first one sees it:
   * the expression in the brackets clears it.
   */
  addressOf = false;
  /**
   * How many stars precede the last variable. A postfix ++ or -- applies them after its own work.
   */
  pendingDereferences = 0;
  /** The tests of --strict; undefined without that option. */
  readonly warnings: Warnings | undefined;
  private readonly provenance: TokenProvenance | undefined;
  private readonly nextId: () => number;

  constructor(
    head: Token | null,
    options: CompileOptions,
    createEmitter: (output: Output) => Emitter,
    nextId: () => number,
    codeCapacity: number,
  ) {
    this.end = syntheticToken('', 0, Origin.synthetic('', 0));
    this.token = this.closeList(head);
    this.options = options;
    this.dialect = dialectOf(options);
    this.maxString = options.maxString ?? DEFAULT_MAX_STRING;
    this.output = new Output(codeCapacity);
    this.emit = createEmitter(this.output);
    if (options.provenance !== undefined)
      this.provenance = new TokenProvenance(options.provenance, this.output);
    if (options.warnings !== undefined) this.warnings = new Warnings(options.warnings);
    this.nextId = nextId;
    const { wordSize } = this.emit;
    const isBootstrap = options.bootstrapMode === true;
    this.types = new TypeTable(wordSize, isBootstrap, this.nextId, this.dialect.pointsToTypedefs);
    this.expressionType = this.types.basic.int;
  }

  /** True after the last token. */
  get atEnd(): boolean {
    return this.token === this.end;
  }

  /** True if the current token is `text`. */
  is(text: string): boolean {
    return this.token.text === text;
  }

  /**
   * True if the current token begins with the character `symbol`. Most of upstream's tests look
   * only at this.
   */
  startsWith(symbol: string): boolean {
    return this.token.first === symbol.charCodeAt(0);
  }

  /** The token after the current one. */
  get following(): Token {
    return this.token.next ?? this.end;
  }

  /** Step to the next token; the list may end there. */
  skip(): void {
    if (this.atEnd) throw this.error('unexpected end of file');
    this.mark(this.token);
    this.token = this.following;
  }

  /** Step to the next token, which must exist. */
  advance(): void {
    this.skip();
    this.requireToken();
  }

  requireToken(message = 'problem at end of file'): void {
    if (this.atEnd) throw this.error(message);
  }

  /** Step over the token `text`, which must be the current one; the list may end after it. */
  expect(text: string, message: string): void {
    if (this.atEnd) throw this.error(`EOF reached inside of require match: ${message}`);
    if (this.token.text !== text) throw this.error(message);
    this.mark(this.token);
    this.token = this.following;
  }

  /**
   * For the provenance map: from now on output comes from `token`. Each token that is consumed is
   * marked in this way too.
   */
  mark(token: Token): void {
    this.provenance?.mark(token);
  }

  /** Start the code of the function whose name is this token. */
  beginFunction(name: Token): void {
    this.provenance?.beginFunction(name);
    this.output.beginFunction(name.text);
    this.warnings?.beginFunction();
  }

  endFunction(frame: Frame | undefined): void {
    this.output.endFunction(frame);
    this.warnings?.endFunction(this.function?.name ?? '');
    this.provenance?.endFunction();
  }

  /** An error at the current token, or at the last one when the input has ended. */
  error(message: string, token: Token = this.token, code = 'syntax', hint?: string): ToolError {
    const { end } = this;
    return tokenError(token === end ? end.prev : token, code, message, hint);
  }

  /** Write a return. The token is its keyword, or the end of its function. */
  ret(token: Token = this.token): void {
    if (!this.emit.canReturn) {
      const message = 'this M2-Planet, built by itself, crashes when it writes code for aarch64';
      throw this.error(message, token, 'crash', 'use the dialect 1.13.1 for this target');
    }
    this.output.ret(this.emit);
  }

  /** In bootstrap mode, reject what the cc_* compilers do not accept. */
  notInBootstrapMode(feature: string): void {
    if (this.options.bootstrapMode === true) {
      throw this.error(`${feature} is not supported in --bootstrap-mode`);
    }
  }

  /** Run `read`, which reads a literal, and report its errors at that token. */
  literal<Result>(read: () => Result, token: Token = this.token): Result {
    try {
      return read();
    } catch (error) {
      if (error instanceof LiteralError) throw this.error(error.message, token);
      throw error;
    }
  }

  /** Check that a composed name fits into upstream's buffer. */
  checkName(name: string): string {
    if (name.length >= this.maxString)
      throw this.error('this name is too long', this.token, 'name');
    return name;
  }

  /** Put `end` after the last token of the list. */
  private closeList(head: Token | null): Token {
    if (head === null) return this.end;
    let last = head;
    while (last.next !== null) last = last.next;
    last.next = this.end;
    this.end.prev = last;
    return head;
  }
}
