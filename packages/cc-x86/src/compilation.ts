// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The state of one run: the cursor over the tokens, what has been declared, and the three sections
 * of output.
 *
 * Invariant: the cursor only moves forward, and nothing printed is changed afterwards.
 *
 * Behaviour defined by x86/cc_x86.M1 of stage0-posix 1.9.1 (emit, emit_out, require_match).
 */
import { ByteWriter, type ProvenanceMap, SectionProvenance } from '@stage0-ts/bytes';
import { errorAt, type Source, type ToolError } from '@stage0-ts/diagnostics';
import type { Dialect } from './dialects.ts';
import type { Token } from './reader.ts';
import { Scope } from './scope.ts';
import { type Type, TypeTable } from './types.ts';

/** The loop that a `break` leaves. */
export interface Loop {
  /** The label after the loop. */
  readonly end: string;
  /** How many locals were on the stack before the loop. */
  readonly localCount: number;
}

export class Compilation {
  readonly source: Source;
  readonly dialect: Dialect;
  readonly types: TypeTable = new TypeTable();
  /** Enumerators or CONSTANTs: name → the text of the value. */
  readonly constants: Map<string, string> = new Map();
  readonly functions: Set<string> = new Set();
  /** Global variables; and functions, with the type that they return. */
  readonly globals: Map<string, Type> = new Map();
  /** The function that is being compiled. */
  scope: Scope = new Scope('');
  loop: Loop | undefined;
  /** Type of the variable, element or member that came last. It is kept across statements. */
  target: Type | undefined;
  /** True if the last piece of code is a return. */
  endsInReturn = false;

  readonly code: ByteWriter = new ByteWriter(1 << 16);
  readonly globalData: ByteWriter = new ByteWriter();
  readonly stringData: ByteWriter = new ByteWriter();

  /** The provenance of the three sections, if the caller wants it. */
  readonly provenance: SectionProvenance | undefined;

  private readonly tokens: readonly Token[];
  private cursor = 0;
  private labelCount = 0;

  constructor(
    source: Source,
    tokens: readonly Token[],
    dialect: Dialect,
    provenance?: ProvenanceMap | undefined,
  ) {
    this.source = source;
    this.dialect = dialect;
    this.tokens = tokens;
    if (provenance === undefined) return;
    provenance.addSource(source.name);
    this.provenance = new SectionProvenance(provenance, [
      this.code,
      this.globalData,
      this.stringData,
    ]);
  }

  atEnd(): boolean {
    return this.cursor >= this.tokens.length;
  }

  /**
   * The token at the cursor. Throws at the end of the source, where upstream follows a null
   * pointer.
   */
  peek(): Token {
    const token = this.tokens[this.cursor];
    if (token !== undefined) return token;
    const { source } = this;
    throw errorAt(source, source.bytes.length, 'unexpected-end', 'the program ends too early');
  }

  /** The token before the cursor. */
  previous(): Token | undefined {
    return this.tokens[this.cursor - 1];
  }

  /**
   * For the provenance map: from now on output comes from `token`. Each token that is consumed is
   * marked in this way too.
   */
  mark(token: Token | undefined): void {
    if (token !== undefined) this.provenance?.mark(0, token.at, token.end);
  }

  next(): Token {
    const token = this.peek();
    this.mark(token);
    this.cursor++;
    return token;
  }

  is(text: string): boolean {
    return this.peek().text === text;
  }

  expect(text: string): void {
    if (!this.is(text)) throw this.error('syntax', `expected '${text}'`);
    this.next();
  }

  /** An error at `token`; by default at the token under the cursor. */
  error(code: string, message: string, token: Token = this.peek()): ToolError {
    return errorAt(this.source, token.at, code, message);
  }

  /** Append to the code. */
  emit(text: string): void {
    this.code.writeLatin1(text);
    this.endsInReturn = false;
  }

  emitReturn(): void {
    this.emit('ret\n');
    this.endsInReturn = true;
  }

  emitTimes(count: number, text: string): void {
    for (let i = 0; i < count; i++) this.emit(text);
  }

  beginFunction(name: string): void {
    this.functions.add(name);
    this.scope = new Scope(name);
    this.labelCount = 0;
  }

  /**
   * A new `function_number`, the tail of label names. Strings and control flow share the numbers.
   */
  newLabel(): string {
    return `${this.scope.name}_${this.labelCount++}`;
  }
}
