// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * First half of hex2: sources → bytes with holes, labels with addresses, and the references to fill
 * in.
 *
 * source = { digit | ':' name | sigil name [ '>' name ] | '<' | '^' | '.' word | comment |
 * separator }. These characters have their meaning anywhere outside comments and names, even within
 * a byte, whose digits continue afterwards.
 * Invariant: base address + out.length is the address of the next whole byte.
 *
 * Behaviour defined by mescc-tools/hex2_linker.c and hex2_word.c of stage0-posix 1.9.1.
 */
import { ByteWriter, NameTable, type ProvenanceMap } from '@stage0-ts/bytes';
import { errorAt, type Source } from '@stage0-ts/diagnostics';
import { type ArchitectureOptions, type ByteMode, isRiscV } from './options.ts';
import type { LinkSymbol } from './result.ts';
import { type Step, wordImmediate } from './riscv.ts';
import { SIGILS, type Sigil, sigilOf } from './sigils.ts';
import type { Suspicions } from './strict.ts';

/** Classes of input bytes that are not digits; digits are their value. */
const SEPARATOR = -1;
const COMMENT = -2;
const LABEL = -3;
const REFERENCE = -4;
const PADDING = -5;
const ALIGNED = -6;
const WORD = -7;

const GREATER = 0x3e;
/** Longest name in bytes: upstream has a buffer of 4096, the last byte zero. */
const MAX_NAME = 4095;

/** How bytes are written: the number of digits, and the base of the number that they form. */
interface Notation {
  readonly digits: number;
  readonly radix: number;
  readonly classes: Int8Array;
}

const NOTATIONS: Readonly<Record<ByteMode, Notation>> = {
  hex: { digits: 2, radix: 16, classes: classTable(16) },
  octal: { digits: 3, radix: 8, classes: classTable(8) },
  binary: { digits: 8, radix: 2, classes: classTable(2) },
};

/** 1 for bytes that end a name: tab, newline, blank, `>`; 2 for NUL, which no name may contain. */
const NAME_ENDS: Uint8Array = nameEndTable();

/** The name that upstream reads at the end of a file, because it stores its EOF as a character. */
const EOF_NAME = new Uint8Array([0xff]);

/** A use of a label. */
export interface Reference {
  readonly kind: 'reference';
  readonly source: Source;
  /** Offset of the sigil in the source. */
  readonly offset: number;
  readonly sigil: Sigil;
  /** Number of the label's name. */
  readonly target: number;
  /** Number of the name after `>`, or -1. */
  readonly base: number;
  /** True if there was a `^` before it that no other reference has used. */
  readonly aligned: boolean;
  /** Offset in the image of the hole, or of the next byte if `size` is 0. */
  readonly at: number;
  /** Size of the hole in bytes; 0 for a reference that changes the register (RISC-V). */
  readonly size: number;
}

/** A change of the RISC-V register that needs no label; or bytes that the register skips. */
export interface RegisterEvent extends Step {
  readonly kind: 'register';
}

/** The result of reading the text. */
export interface ScanResult {
  readonly options: Required<ArchitectureOptions>;
  readonly out: ByteWriter;
  readonly names: NameTable;
  /** Address, by the number of the name; no entry for an undefined name. */
  readonly addresses: readonly number[];
  readonly symbols: readonly LinkSymbol[];
  /** In the order of the text. All events other than references are RISC-V's. */
  readonly events: readonly (Reference | RegisterEvent)[];
}

/** Read all sources, one after another. Throws a positioned ToolError. */
export function scan(
  sources: readonly Source[],
  options: Required<ArchitectureOptions>,
  provenance: ProvenanceMap | undefined,
  suspicions: Suspicions | undefined,
): ScanResult {
  const size = sources.reduce((sum, source) => sum + source.bytes.length, 0);
  const scanner = new Scanner(options, provenance, suspicions, size >> 1);
  for (const source of sources) scanner.scan(source);
  suspicions?.defined(scanner.symbols, sources);
  return scanner;
}

/** The growing result, and the state at the current place. */
class Scanner implements ScanResult {
  readonly options: Required<ArchitectureOptions>;
  readonly out: ByteWriter;
  readonly names = new NameTable();
  readonly addresses: number[] = [];
  readonly symbols: LinkSymbol[] = [];
  readonly events: (Reference | RegisterEvent)[] = [];
  private readonly riscV: boolean;
  /** In the map, a name's number is the number of its definition. */
  private readonly provenance: ProvenanceMap | undefined;
  private readonly suspicions: Suspicions | undefined;
  private source: Source = { name: '', bytes: new Uint8Array() };
  /** Number of the source in the map. */
  private sourceNumber = 0;
  /** The `^` flag. It stays set until a reference uses it, even in another file. */
  private aligned = false;
  /**
   * Only for RISC-V with a map: the label that changed the register last, and how many bytes it
   * still affects.
   */
  private pendingImmediate = { name: -1, bytes: 0 };

  constructor(
    options: Required<ArchitectureOptions>,
    provenance: ProvenanceMap | undefined,
    suspicions: Suspicions | undefined,
    capacity: number,
  ) {
    this.options = options;
    this.riscV = isRiscV(options.architecture);
    this.provenance = provenance;
    this.suspicions = suspicions;
    this.out = new ByteWriter(capacity);
  }

  /** Read one source. The digits of an incomplete last byte are dropped. */
  scan(source: Source): void {
    this.source = source;
    this.sourceNumber = this.provenance?.addSource(source.name) ?? 0;
    const { bytes } = source;
    const { digits, radix, classes } = NOTATIONS[this.options.byteMode];
    const { bigEndian } = this.options;
    const { suspicions } = this;
    let value = 0; // value of the digits that wait for the rest of their byte
    let count = 0; // number of these digits
    let first = 0; // offset of the first of these digits
    let wordAt = -1; // offset of the `.` whose word is being read
    let word = 0;
    let wordBytes = 0;
    for (let at = 0; at < bytes.length; ) {
      const kind = classes[bytes[at] as number] as number;
      if (kind >= 0) {
        if (count === 0) first = at;
        at++;
        value = value * radix + kind;
        if (++count < digits) continue;
        if (wordAt < 0) this.writeByte(value, first, at);
        else {
          word = (word << 8) ^ value; // quirk kept: an octal 777 also changes the byte before
          if (++wordBytes === 4) {
            this.addRegisterEvent(0, wordImmediate(word, bigEndian));
            wordAt = -1;
          }
        }
        value = 0;
        count = 0;
      } else if (kind === SEPARATOR) {
        suspicions?.skipped(source, at);
        at++;
      } else if (kind === COMMENT) at = commentEnd(bytes, at);
      else {
        suspicions?.interrupted(source, at, count > 0);
        if (wordAt >= 0)
          at++; // inside a word everything except comments is skipped
        else if (kind === REFERENCE) at = this.readReference(at);
        else if (kind === LABEL) at = this.readLabel(at);
        else if (kind === WORD) {
          if (this.riscV) wordAt = at;
          word = 0;
          wordBytes = 0;
          at++;
        } else {
          if (kind === PADDING) this.pad(at);
          else this.aligned = true;
          at++;
        }
      }
    }
    suspicions?.ended(source, first, count > 0);
    if (wordAt >= 0) {
      throw errorAt(source, wordAt, 'unterminated-word', 'the file ends within a word');
    }
  }

  /**
   * Write a byte that was written in digits. On RISC-V its provenance includes the label whose
   * immediate it gets.
   */
  private writeByte(value: number, start: number, end: number): void {
    if (this.provenance !== undefined) {
      const { pendingImmediate: pending } = this;
      const label = pending.bytes > 0 ? pending.name : -1;
      if (pending.bytes > 0) pending.bytes--;
      this.provenance.add(this.out.length, this.sourceNumber, start, end, label);
    }
    this.out.writeByte(value);
  }

  /** label = ':' name. Returns the offset after the byte that ends the name. */
  private readLabel(offset: number): number {
    const { source } = this;
    const end = nameEnd(source, offset);
    const number = this.internName(offset, end);
    const address = (this.options.baseAddress + this.out.length) | 0;
    this.addresses[number] = address;
    this.symbols.push({ name: this.names.text(number), address, file: source.name, offset });
    this.provenance?.define(number, this.sourceNumber, offset, end);
    return end + 1; // a `>` that ends the name is consumed, so digits may follow it
  }

  /**
   * reference = sigil name [ '>' name ], a hole of 1 to 4 bytes. On RISC-V the sigils `! @ $ ~`
   * change the register instead of making a hole, and the name after their `>` is not a base.
   * Returns the offset after the reference.
   */
  private readReference(offset: number): number {
    const { source } = this;
    const { bytes } = source;
    const sigil = sigilOf(bytes[offset] as number);
    const size = this.riscV && sigil.immediate !== undefined ? 0 : sigil.size;
    let end = nameEnd(source, offset);
    const target = this.internName(offset, end);
    let base = -1;
    if (bytes[end] === GREATER && size > 0) {
      const start = end;
      end = nameEnd(source, start);
      base = this.internName(start, end);
    }
    const at = this.out.length;
    const aligned = this.aligned && base < 0;
    if (base < 0) this.aligned = false;
    if (size > 0) this.provenance?.add(at, this.sourceNumber, offset, end, target);
    else this.pendingImmediate = { name: target, bytes: 4 };
    this.events.push({
      kind: 'reference',
      source,
      offset,
      sigil,
      target,
      base,
      aligned,
      at,
      size,
    });
    this.out.fill(0, size);
    return end + 1;
  }

  /** '<': zeros up to the next multiple of four, where instructions must be aligned. */
  private pad(offset: number): void {
    const { architecture, baseAddress } = this.options;
    if (!this.riscV && architecture !== 'armv7l' && architecture !== 'aarch64') return;
    const count = -(baseAddress + this.out.length) & 3;
    if (count === 0) return;
    if (this.riscV) this.addRegisterEvent(count, 0);
    this.provenance?.add(this.out.length, this.sourceNumber, offset, offset + 1);
    this.out.fill(0, count);
  }

  private addRegisterEvent(skip: number, word: number): void {
    this.events.push({ kind: 'register', at: this.out.length, skip, word });
  }

  /** The number of the name between the sigil at `offset` and `end`; it may be empty. */
  private internName(offset: number, end: number): number {
    const { source, names } = this;
    const start = offset + 1;
    if (end - start > MAX_NAME) {
      const message = `a name of ${end - start} bytes: at most ${MAX_NAME} are possible`;
      throw errorAt(source, offset, 'long-name', message);
    }
    if (start >= source.bytes.length) return names.intern(EOF_NAME, 0, 1);
    return names.intern(source.bytes, start, end);
  }
}

/** Offset of the byte that ends the name after the sigil at `offset`, or of the end of the file. */
function nameEnd(source: Source, offset: number): number {
  const { bytes } = source;
  for (let at = offset + 1; at < bytes.length; at++) {
    const end = NAME_ENDS[bytes[at] as number];
    if (end === 0) continue;
    if (end === 2) throw errorAt(source, at, 'bad-name', 'NUL in a name');
    return at;
  }
  return bytes.length;
}

/** Offset after the LF or CR that ends the comment at `start`. The end of the file also ends it. */
function commentEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x0a && bytes[at] !== 0x0d) at++;
  return at + 1;
}

function classTable(radix: number): Int8Array {
  const table = new Int8Array(256).fill(SEPARATOR);
  for (let value = 0; value < radix; value++) {
    const digit = value.toString(16);
    table[digit.charCodeAt(0)] = value;
    table[digit.toUpperCase().charCodeAt(0)] = value;
  }
  for (const mark of '#;') table[mark.charCodeAt(0)] = COMMENT;
  for (const sigil of Object.keys(SIGILS)) table[sigil.charCodeAt(0)] = REFERENCE;
  table[0x3a] = LABEL; // :
  table[0x3c] = PADDING; // <
  table[0x5e] = ALIGNED; // ^
  table[0x2e] = WORD; // .
  return table;
}

function nameEndTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of [0x09, 0x0a, 0x20, GREATER]) table[byte] = 1;
  table[0] = 2;
  return table;
}
