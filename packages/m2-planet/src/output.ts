// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The output: three sections (code, global variables, strings) that grow side by side, joined at
 * the end.
 *
 * The lines that reserve a function's locals come before its body, and those that free them before
 * each return, but how many there are is known only at its end. So such places are recorded, and
 * filled when the sections are joined: nothing is copied twice.
 * Behaviour defined by cc.c and declare_function of cc_core.c of M2-Planet 1.13.1.
 */

import { ByteWriter, type SectionProvenance } from '@stage0-ts/bytes';
import { COLON, LINE_FEED } from './characters.ts';
import type { CodeSink, Emitter, Frame } from './emit/emitter.ts';
import { latin1Bytes } from './text.ts';

/** How the parts are joined at the end. */
export interface OutputEnd {
  /** Put a label after the code, not after everything. */
  readonly debug: boolean;
}

/** The lines of a function's frame, which are known only at its end. */
interface FrameSlot {
  enter: Uint8Array;
  leave: Uint8Array;
}

interface Place {
  readonly at: number;
  readonly slot: FrameSlot;
  readonly part: 'enter' | 'leave';
}

const EMPTY: Uint8Array = new Uint8Array();

export class Output implements CodeSink {
  readonly globals: ByteWriter = new ByteWriter(1 << 14);
  readonly strings: ByteWriter = new ByteWriter(1 << 14);
  /** The provenance of the three sections, if the caller wants it. */
  provenance: SectionProvenance | undefined;
  private readonly code: ByteWriter;
  /** The places of frame lines, in the order of their offsets in the code. */
  private readonly places: Place[] = [];
  /** The frame of the current function, filled in at its end. */
  private slot: FrameSlot = { enter: EMPTY, leave: EMPTY };
  /** Length of the code when the last return was written. */
  private returnEnd = -1;

  /** @param capacity for how many bytes of code to make room at first; only a hint. */
  constructor(capacity: number) {
    this.code = new ByteWriter(capacity);
  }

  /** The code, the global variables and the strings. */
  get sections(): readonly ByteWriter[] {
    return [this.code, this.globals, this.strings];
  }

  /** Append to the code. */
  text(text: string): void {
    this.code.writeLatin1(text);
  }

  /** A comment line: "# ", the text and the name. */
  comment(text: string, name = ''): void {
    this.code.writeLatin1('# ');
    this.code.writeLatin1(text);
    this.code.writeLatin1(name);
    this.code.writeByte(LINE_FEED);
  }

  label(prefix: string, name: string): void {
    this.code.writeByte(COLON);
    this.code.writeLatin1(prefix);
    this.code.writeLatin1(name);
    this.code.writeByte(LINE_FEED);
  }

  /** Start a function. */
  beginFunction(name: string): void {
    this.comment('Defining function ', name);
    this.label('FUNCTION_', name);
    this.slot = { enter: EMPTY, leave: EMPTY };
    this.places.push({ at: this.code.length, slot: this.slot, part: 'enter' });
    this.returnEnd = -1;
  }

  /** Write a return, which first frees the locals. */
  ret(emitter: Emitter): void {
    this.places.push({ at: this.code.length, slot: this.slot, part: 'leave' });
    emitter.ret();
    this.returnEnd = this.code.length;
  }

  /** True if the last thing in the code is a return. */
  get endsInReturn(): boolean {
    return this.returnEnd === this.code.length;
  }

  /** End the function; `frame` is undefined if it has no locals. */
  endFunction(frame: Frame | undefined): void {
    this.code.writeByte(LINE_FEED);
    if (frame === undefined) return;
    this.slot.enter = latin1Bytes(frame.enter);
    this.slot.leave = latin1Bytes(frame.leave);
  }

  /** The whole output, with its headings. */
  join(emitter: Emitter, { debug }: OutputEnd): Uint8Array<ArrayBuffer> {
    const { globals, strings } = this;
    const afterCode = emitter.endsWithStack ? '\n' : debug ? '\n:ELF_data\n' : '';
    const atEnd = emitter.endsWithStack ? '\n:STACK\n' : debug ? '' : '\n:ELF_end\n';
    const parts = [
      heading('\n# Core program\n'),
      ...this.filledCode(),
      heading(`${afterCode}\n# Program global variables\n`),
      { bytes: globals.view(), section: 1, from: 0 },
      heading('\n# Program strings\n'),
      { bytes: strings.view(), section: 2, from: 0 },
      heading(atEnd),
    ];
    if (this.provenance !== undefined) joinProvenance(parts, this.provenance);
    return concatenated(parts.map(({ bytes }) => bytes));
  }

  /** The code in pieces, with the lines of the frames in their places. */
  private filledCode(): Part[] {
    const parts: Part[] = [];
    let done = 0;
    for (const { at, slot, part } of this.places) {
      const lines = slot[part];
      if (lines === EMPTY) continue;
      parts.push({ bytes: this.code.view(done, at), section: 0, from: done });
      // These lines have the origin of the label before them, or of the return after them.
      parts.push({ bytes: lines, section: 0, like: part === 'enter' ? at - 1 : at });
      done = at;
    }
    parts.push({ bytes: this.code.view(done), section: 0, from: done });
    return parts;
  }
}

/** A piece of the output. */
interface Part {
  readonly bytes: Uint8Array;
  /** The section that contains it; undefined for headings. */
  readonly section?: number;
  /** Its offset in the section, if its bytes are there. */
  readonly from?: number;
  /** Otherwise: the offset of a byte in the section that has the same origin. */
  readonly like?: number;
}

function heading(text: string): Part {
  return { bytes: latin1Bytes(text) };
}

function joinProvenance(parts: readonly Part[], maps: SectionProvenance): void {
  let at = 0;
  for (const { bytes, section, from, like = 0 } of parts) {
    if (section === undefined) maps.whole.addOwn(at);
    else if (from !== undefined) maps.join(at, section, from, from + bytes.length);
    else maps.join(at, section, like, like + 1);
    at += bytes.length;
  }
  maps.whole.finish(at);
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
