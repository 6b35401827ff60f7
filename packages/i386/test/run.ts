// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs guests in tests: for their output, or with translator and interpreter in lockstep. */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import {
  type EngineOptions,
  i386Engine,
  Machine,
  type MachineOptions,
  REGISTER_NAMES,
} from '@stage0-ts/i386';
import { TranslationCache } from '../src/translate/cache.ts';
import { MemoryPool } from '../src/translate/pool.ts';
import { type Ending, runInWorld } from './world.ts';

/**
 * Thousands of random guests run for a moment each: with the usual 8 MiB of stack and new memories,
 * nearly all of the time would go into making, clearing and comparing zeros.
 */
export const SMALL = { stackSize: 256 << 10, memories: new MemoryPool() };

/** What the guest writes to standard output. It has a small stack. */
export function emulated(image: Uint8Array, options: Partial<MachineOptions> = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const host = new MemoryHost({ files: new MemoryFiles(), stdout: (bytes) => parts.push(bytes) });
  const guest = machine(image, host, { ...SMALL, ...options });
  guest.run();
  guest.release();
  return Buffer.concat(parts);
}

export function machine(
  image: Uint8Array,
  host = new MemoryHost({ files: new MemoryFiles() }),
  options: Partial<MachineOptions> = {},
): Machine {
  return new Machine({ image: { path: 'guest', bytes: image }, argv: ['guest'], host, ...options });
}

/** The two ways to run a guest. */
export const MODES = ['interpret', 'translate'] as const;

/** The bytes of a file in a tree. */
export function contentOf(files: MemoryFiles, path: string): Uint8Array {
  const node = files.get(path);
  if (node.kind !== 'file') throw new Error(`${path} is not a file`);
  return node.bytes;
}

/** Put `image` at /guest in `files` and start it in the engine. */
export function start(
  image: Uint8Array,
  mode: (typeof MODES)[number],
  files = new MemoryFiles(),
  argv: readonly string[] = ['guest'],
  options: EngineOptions = {},
): Omit<Ending, 'stdout'> & { stdout: string } {
  files.writeFile('/guest', image, 0o755);
  // Translated code counts here, and does not in `emulated` and `lockstep`.
  const engine = i386Engine({ mode, shouldStop: () => false, ...options });
  const ending = runInWorld({ files, engine }, '/guest', argv);
  return { ...ending, stdout: Buffer.from(ending.stdout).toString() };
}

/**
 * Run translated code, and after each of its blocks the interpreter up to the same address.
 * Registers, the flags that translated code computes, and the memory that the interpreter wrote
 * must be equal; at the end, all memory. The stack is small. Returns the number of blocks.
 */
export function lockstep(
  image: Uint8Array,
  makeHost: () => MemoryHost,
  argv: readonly string[] = ['guest'],
  inline = true,
): number {
  const program = { path: 'guest', bytes: image };
  const shadow = new Machine({ image: program, argv, host: makeHost(), ...SMALL });
  const written: [address: number, size: number][] = [];
  shadow.cpu.onWrite = (address, size) => written.push([address, size]);
  let blocks = 0;
  const primary = new Machine({
    image: program,
    argv,
    host: makeHost(),
    ...SMALL,
    translations: new TranslationCache(),
    inline,
    observer: (address, known, { cpu, memory }) => {
      catchUp(shadow, address, blocks++ > 0);
      compareRegisters(shadow, cpu.registers, address);
      const difference = (cpu.flags.pack() ^ shadow.cpu.flags.pack()) & known;
      if (difference !== 0) throw new Error(`flags ${difference.toString(16)} at ${hex(address)}`);
      for (const [at, size] of written) {
        if (Buffer.compare(memory.slice(at, size), shadow.memory.slice(at, size)) !== 0) {
          throw new Error(`memory at ${hex(at)}, before ${hex(address)}`);
        }
      }
      written.length = 0;
    },
  });
  const status = primary.run();
  shadow.run();
  if (JSON.stringify(status) !== JSON.stringify(shadow.status)) throw new Error('status');
  // The windows are between the two parts; they do not belong to the guest.
  const { used, layout } = shadow.memory;
  const low = shadow.memory.place(layout.imageStart);
  for (const part of [[0, layout.stackSize] as const, [low, used] as const]) {
    const [first, second] = [primary, shadow].map(({ memory }) => memory.bytes.subarray(...part));
    if (Buffer.compare(first as Uint8Array, second as Uint8Array) !== 0) throw new Error('memory');
  }
  primary.release();
  return blocks;
}

function catchUp(shadow: Machine, address: number, atLeastOne: boolean): void {
  if (atLeastOne) shadow.step();
  for (let steps = 0; shadow.cpu.eip !== address; steps++) {
    if (steps > 1_000_000 || shadow.status !== undefined) {
      throw new Error(`the interpreter does not reach ${hex(address)}`);
    }
    shadow.step();
  }
}

function compareRegisters(shadow: Machine, registers: Int32Array, address: number): void {
  REGISTER_NAMES.forEach((name, at) => {
    if (registers[at] === shadow.registers[at]) return;
    const [translated, interpreted] = [registers, shadow.registers].map((r) =>
      hex(r[at] as number),
    );
    throw new Error(`${name} at ${hex(address)}: ${translated}, interpreted ${interpreted}`);
  });
}

function hex(value: number): string {
  return (value >>> 0).toString(16);
}
