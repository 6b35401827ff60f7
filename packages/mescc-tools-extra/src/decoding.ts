// SPDX-License-Identifier: GPL-3.0-or-later
/** What the archive decoders share: their options, their errors, and the buffer that they write. */
import { ToolError } from '@stage0-ts/diagnostics';

export interface DecodeOptions {
  /** Name of the archive in messages; `input` by default. */
  readonly name?: string;
  /**
   * The most bytes that may be decoded, as a protection against archives made to exhaust memory
   * (`--limit`); 1 GiB by default. The whole content is in memory, so the largest array of the
   * JavaScript engine is a limit too: 4 GiB in Node 20.
   */
  readonly limit?: number | undefined;
  /** Reject data after the last stream, which gzip and bzip2 ignore. Default: false. */
  readonly wholeInput?: boolean;
}

export const DEFAULT_LIMIT: number = 2 ** 30;

/** The error for content beyond the limit; it names the option that raises it. */
export function tooLarge(message: string, options: DecodeOptions): ToolError {
  const hint = 'if the archive is trusted, raise it with --limit, e.g. --limit 3G';
  return new ToolError(message, { code: 'too-large', file: options.name ?? 'input', hint });
}

/** The error for an archive that is damaged or cut short at the byte `offset`. */
export type Fail = (offset: number, message: string) => ToolError;

/** A {@link Fail} for the archive in `options`. */
export function failWith(options: DecodeOptions): Fail {
  const file = options.name ?? 'input';
  return (offset, message) =>
    new ToolError(`${message} (at byte ${offset})`, { code: 'corrupt-archive', file, offset });
}

/**
 * A growing buffer that decoders write by index, after {@link reserve}; LZ77 also copies from it.
 * Invariant: bytes[0, length) holds what was written.
 */
export class DecodedBytes {
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, for access to several bytes at a time. */
  view: DataView<ArrayBuffer>;
  length = 0;
  private readonly options: DecodeOptions;

  /**
   * @param guess initial capacity in bytes.
   * @param stated the content's size according to the archive, if that is plausible. With enough
   *   room from the start, large content is never copied. The size may be wrong, so it is only a
   *   hint.
   */
  constructor(options: DecodeOptions, guess: number, stated = 0) {
    this.options = options;
    const small = Math.max(64, Math.min(guess, this.limit, 1 << 26));
    this.bytes = makeRoom(stated === 0 ? small : Math.min(stated, this.limit) + SPARE, small);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Make room for `count` more bytes; `bytes` may be another array afterwards. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    // Decoders may ask for more than they write, so check() compares only what they wrote with the
    // limit.
    this.check();
    const grown = new Uint8Array(Math.max(needed, Math.min(2 * needed, this.limit + count)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Throw when more than the limit has been written. */
  check(): void {
    this.checkStated(this.length);
  }

  /**
   * Throw when the size that the archive states is beyond the limit, before anything is decoded.
   */
  checkStated(size: number): void {
    if (size <= this.limit) return;
    throw tooLarge(`the content is larger than the limit of ${this.limit} bytes`, this.options);
  }

  /** What was written, as a copy unless the buffer is nearly full. */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.check();
    const isFull = this.bytes.length - this.length <= this.length / 16;
    return isFull ? this.bytes.subarray(0, this.length) : this.bytes.slice(0, this.length);
  }

  private get limit(): number {
    return this.options.limit ?? DEFAULT_LIMIT;
  }
}

/** Decoders ask for room before they know whether they need it. */
const SPARE = 1 << 16;

/** A buffer of the size, or of the smaller size if the engine has no room. */
function makeRoom(size: number, smaller: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new Uint8Array(smaller);
  }
}

/** How many bytes {@link repeat} may write after its end. */
export const SLACK = 3;

/**
 * The match of LZ77: bytes[to, after) get the values of the bytes that are `distance` before them;
 * the two ranges may overlap. Four bytes at a time, where the distance and the room after `after`
 * allow that. `view` must be of the same memory.
 */
export function repeat(
  bytes: Uint8Array,
  view: DataView,
  to: number,
  after: number,
  distance: number,
): void {
  let at = to;
  let from = to - distance;
  if (distance > SLACK && after + SLACK <= bytes.length) {
    for (; at < after; at += 4, from += 4) view.setInt32(at, view.getInt32(from, true), true);
  } else {
    while (at < after) bytes[at++] = bytes[from++] as number;
  }
}
