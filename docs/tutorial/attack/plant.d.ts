// SPDX-License-Identifier: GPL-3.0-or-later
/** The types of plant.js, for the tests. */
import type { MemoryFiles } from '@stage0-ts/host/memory';

export function trapWithItself(): string;
export function infected(reader: string): string;
export function badCompiler(tree: MemoryFiles): Uint8Array;
export function plantIn(tree: MemoryFiles, compiler: Uint8Array): MemoryFiles;
