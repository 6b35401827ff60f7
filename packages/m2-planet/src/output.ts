// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The output: three sections (code, global variables, strings) that grow side by side, joined at the end.
 *
 * A function's body is kept apart until it is complete, because the lines that reserve its locals stand
 * before it and those that free them before each return, and how many there are is known only then.
 * Behaviour defined by cc.c and declare_function of cc_core.c of M2-Planet 1.13.1.
 */
import { ByteWriter } from '@stage0-ts/bytes';
import type { CodeSink, Emitter, Frame } from './emit/emitter.ts';
import { latin1Bytes } from './text.ts';

/** How the parts are joined. */
export interface OutputEnd {
  /** Label the end of the code instead of the end of everything. */
  readonly debug: boolean;
}

export class Output implements CodeSink {
  readonly globals: ByteWriter = new ByteWriter(1 << 14);
  readonly strings: ByteWriter = new ByteWriter(1 << 14);
  private readonly code: ByteWriter;
  private readonly body = new ByteWriter(1 << 16);
  /** Offsets in the body where the lines that free the locals belong. */
  private readonly returns: number[] = [];
  /** Length of the body when the last return was written. */
  private returnEnd = -1;

  /** @param capacity bytes of code to make room for at first; only a hint. */
  constructor(capacity: number) {
    this.code = new ByteWriter(capacity);
  }

  /** Append to the function's body. */
  text(text: string): void {
    this.body.writeLatin1(text);
  }

  /** "# " text name: a line of comment. */
  comment(text: string, name = ''): void {
    this.body.writeLatin1('# ');
    this.body.writeLatin1(text);
    this.body.writeLatin1(name);
    this.body.writeByte(0x0a);
  }

  label(prefix: string, name: string): void {
    this.body.writeByte(0x3a);
    this.body.writeLatin1(prefix);
    this.body.writeLatin1(name);
    this.body.writeByte(0x0a);
  }

  /** Start a function: its heading goes straight to the code. */
  beginFunction(name: string): void {
    this.code.writeLatin1(`# Defining function ${name}\n:FUNCTION_${name}\n`);
    this.body.length = 0;
    this.returns.length = 0;
    this.returnEnd = -1;
  }

  /** A return, which frees the locals first. */
  ret(emitter: Emitter): void {
    this.returns.push(this.body.length);
    emitter.ret();
    this.returnEnd = this.body.length;
  }

  /** True if the last thing in the body is a return. */
  get endsInReturn(): boolean {
    return this.returnEnd === this.body.length;
  }

  /** End the function; `frame` is undefined when it has no locals. */
  endFunction(frame: Frame | undefined): void {
    const { code, body } = this;
    if (frame !== undefined) code.writeLatin1(frame.enter);
    let done = 0;
    for (const at of frame === undefined ? [] : this.returns) {
      code.write(body.view(done, at));
      code.writeLatin1((frame as Frame).leave);
      done = at;
    }
    code.write(body.view(done));
    code.writeByte(0x0a);
  }

  /** Everything, under its headings. */
  join(emitter: Emitter, { debug }: OutputEnd): Uint8Array<ArrayBuffer> {
    const { code, globals, strings } = this;
    const afterCode = emitter.endsWithStack ? '\n' : debug ? '\n:ELF_data\n' : '';
    const atEnd = emitter.endsWithStack ? '\n:STACK\n' : debug ? '' : '\n:ELF_end\n';
    return concatenated([
      latin1Bytes('\n# Core program\n'),
      code.view(),
      latin1Bytes(`${afterCode}\n# Program global variables\n`),
      globals.view(),
      latin1Bytes('\n# Program strings\n'),
      strings.view(),
      latin1Bytes(atEnd),
    ]);
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
