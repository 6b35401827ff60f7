// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The part of the WebAssembly JavaScript API that the translator uses, declared here because this
 * package is compiled without any platform's types. The one file that touches the platform.
 */

/** A WebAssembly.Memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module; may be instantiated any number of times. */
export type WasmModule = object & { readonly brand?: 'WebAssembly.Module' };

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A WebAssembly.Table of functions. */
export interface WasmTable {
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

interface Platform {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => WasmInstance;
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Table: new (kind: { element: 'anyfunc'; initial: number }) => WasmTable;
  readonly RuntimeError: new () => Error;
}

/** WebAssembly, or undefined where there is none. */
export function webAssembly(): Platform | undefined {
  return (globalThis as { readonly WebAssembly?: Platform }).WebAssembly;
}

/**
 * Collect garbage now, where JavaScript was told to offer that: Node's `--expose-gc`. An engine
 * counts a memory as little, and may leave gigabytes of them for later.
 */
export function collectGarbage(): void {
  (globalThis as { readonly gc?: () => void }).gc?.();
}
