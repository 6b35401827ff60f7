// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The translated functions of one program in one memory, by their guest addresses.
 *
 * Modules become instances when they are installed. Invariant: an entry that was found stays the
 * same, as modules are only added; a program that is translated again as a whole is another one.
 */
import type { TranslatedFunction } from './facts.ts';
import { type WasmTable, webAssembly } from './platform.ts';
import type { TranslatedModule, TranslatedProgram } from './program.ts';
import { TABLE_NAME } from './wasm.ts';

/** A translated function: see GUEST_SIGNATURE in layout.ts. */
export type Entry = (
  eax: number,
  ebx: number,
  esp: number,
  ebp: number,
  depth: number,
) => readonly [address: number, eax: number];

/** A translated function, and what is known of it. */
export interface EntryPoint {
  readonly enter: Entry;
  readonly facts: TranslatedFunction;
}

export class EntryPoints {
  private program: TranslatedProgram | undefined;
  /** What all modules import. */
  private readonly env: Readonly<Record<string, unknown>>;
  /** Those that were asked for, by address. */
  private readonly found = new Map<number, EntryPoint>();
  /** The functions of each module that is there. */
  private readonly tables = new Map<TranslatedModule, WasmTable>();

  constructor(env: Readonly<Record<string, unknown>>) {
    this.env = env;
  }

  /** Let the entries be those of `program`, which has all modules of the one before. */
  install(program: TranslatedProgram): void {
    this.program = program;
    for (const module of program.modules) if (!this.tables.has(module)) this.add(module);
  }

  private add(module: TranslatedModule): void {
    const platform = webAssembly();
    if (platform === undefined) throw new Error('no WebAssembly here');
    const others = [...module.imports].map(
      ([entry, name]) => [name, this.at(entry)?.enter] as const,
    );
    const { exports } = new platform.Instance(module.module, {
      env: { ...this.env, ...Object.fromEntries(others) },
    });
    this.tables.set(module, exports[TABLE_NAME] as WasmTable);
  }

  /** The translated function at `address`, if there is one. */
  at(address: number): EntryPoint | undefined {
    return this.found.get(address) ?? this.find(address);
  }

  private find(address: number): EntryPoint | undefined {
    const facts = this.program?.functions.get(address);
    if (facts === undefined) return undefined;
    for (const module of this.program?.modules ?? []) {
      const at = module.indices.get(address);
      const enter = at === undefined ? undefined : this.tables.get(module)?.get(at);
      if (enter === undefined) continue;
      const entry = { enter: enter as Entry, facts };
      this.found.set(address, entry);
      return entry;
    }
    return undefined;
  }
}
