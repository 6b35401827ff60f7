// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Translations that are kept: the bytes of an executable → the newest that it was translated to.
 *
 * Invariant: a cached program is used only for the same bytes and the same options.
 */
import type { KnownCode } from '../interpreter.ts';
import { rootsApart } from './discover.ts';
import { Misses } from './misses.ts';
import {
  type Needs,
  type TranslatedProgram,
  type TranslationOptions,
  translate,
  translateMore,
} from './program.ts';

/** An executable, and the newest that it was translated to. */
export class Translation {
  readonly bytes: Uint8Array;
  /** What the processes that run it have decoded, and missed. */
  readonly known: KnownCode = new Map();
  readonly misses: Misses = new Misses();
  private readonly options: TranslationOptions;
  private program: TranslatedProgram | undefined;

  constructor(bytes: Uint8Array, options: TranslationOptions) {
    this.bytes = bytes;
    this.options = options;
    this.program = translate(bytes, options);
  }

  /** Bytes that it keeps: the executable and the modules. The engine's code for them is more. */
  get size(): number {
    return (this.program?.modules ?? []).reduce((sum, { size }) => sum + size, this.bytes.length);
  }

  /** Undefined when it is not of the form that can be translated. */
  get newest(): TranslatedProgram | undefined {
    return this.program;
  }

  /** The newest with functions at these addresses too; the first matter most. */
  withRoots(roots: readonly number[]): TranslatedProgram | undefined {
    const { program, options } = this;
    if (program === undefined) return undefined;
    const { code, functions } = program;
    const more = rootsApart(
      code,
      roots.filter((root) => !functions.has(root)),
    );
    if (more.length === 0) return program;
    this.program = translateMore(program, options, more) ?? this.anew(program, { roots: more });
    return this.program;
  }

  /**
   * The newest fit for pages whose rights have to be looked up, from `writableStart` on, and for
   * a deep stack.
   */
  withMemory(needs: Pick<Needs, 'isPaged' | 'isDeep' | 'writableStart'>): typeof this.newest {
    const { program } = this;
    if (program === undefined) return undefined;
    const { isPaged, isDeep } = program.needs;
    const paged = needs.isPaged && !isPaged ? needs : program.needs;
    const { writableStart } = paged;
    if (paged !== program.needs || (needs.isDeep && !isDeep)) {
      const more = { writableStart, isPaged: paged.isPaged, isDeep: needs.isDeep || isDeep };
      this.program = this.anew(program, more);
    }
    return this.program;
  }

  /** The newest with larger code, for a program that runs for long. */
  forLong(): TranslatedProgram | undefined {
    const { program, options } = this;
    if (program === undefined || options.inline || program.needs.isLong) return program;
    // Heads of loops go to another module: their calls are in no circle there, so none is counted.
    const needs = { ...program.needs, isLong: true, roots: [] };
    this.program = translate(this.bytes, options, needs);
    return this.withRoots(program.needs.roots);
  }

  private anew({ needs }: TranslatedProgram, more: Partial<Needs>): TranslatedProgram | undefined {
    const roots = [...needs.roots, ...(more.roots ?? [])];
    return translate(this.bytes, this.options, { ...needs, ...more, roots });
  }
}

/** Bytes of the translations that are kept, by default: a hundred programs of medium size. */
const BUDGET = 64 << 20;

/**
 * Translations by their bytes. One cache may serve any number of machines. Those that were used
 * last are kept, and the last one always.
 */
export class TranslationCache {
  /** The one that was used last comes last. */
  private kept = new Map<string, Translation[]>();
  private readonly budget: number;

  /** @param budget bytes of executables and modules that are kept. */
  constructor(budget: number = BUDGET) {
    this.budget = budget;
  }

  get(bytes: Uint8Array, options: TranslationOptions): Translation {
    const { stackSize, pageCount, metering, observed, depthLimit, inline } = options;
    const choices = [stackSize, pageCount, metering, observed, depthLimit, inline];
    const key = [sampleOf(bytes), ...choices].join();
    const bucket = this.kept.get(key) ?? [];
    this.kept.delete(key);
    this.kept.set(key, bucket);
    let found = bucket.find((other) => sameBytes(other.bytes, bytes));
    if (found === undefined) {
      found = new Translation(bytes.slice(), options);
      bucket.push(found);
      this.giveUp();
    }
    return found;
  }

  /** Let the engine forget what was used longest ago. */
  private giveUp(): void {
    const sizes = [...this.kept].map(
      ([key, bucket]) => [key, bucket.reduce((sum, { size }) => sum + size, 0)] as const,
    );
    let total = sizes.reduce((sum, [, size]) => sum + size, 0);
    for (const [key, size] of sizes.slice(0, -1)) {
      if (total <= this.budget) return;
      this.kept.delete(key);
      total -= size;
    }
  }
}

/** Bytes of an executable that its key depends on; all are compared with those that are kept. */
const SAMPLES = 1024;

/** The length, and FNV-1a of bytes that are spread over all of the executable. */
function sampleOf(bytes: Uint8Array): string {
  const distance = Math.max(1, Math.floor(bytes.length / SAMPLES));
  let value = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += distance) {
    value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  }
  return `${bytes.length} ${value}`;
}

function sameBytes(first: Uint8Array, second: Uint8Array): boolean {
  const { length } = first;
  if (length !== second.length) return false;
  // By words where both are aligned: some executables have a million bytes.
  let at = 0;
  if ((first.byteOffset | second.byteOffset) % 4 === 0) {
    const words = length >>> 2;
    const one = new Int32Array(first.buffer, first.byteOffset, words);
    const other = new Int32Array(second.buffer, second.byteOffset, words);
    for (; at < words; at++) if (one[at] !== other[at]) return false;
    at = words * 4;
  }
  for (; at < length; at++) if (first[at] !== second[at]) return false;
  return true;
}
