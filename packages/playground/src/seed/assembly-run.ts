// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A seed in the i386 machine, while it assembles its own source: `seed source made`.
 *
 * A byte counts as made when the instruction has run that stores it: `stosb` if the seed has one,
 * otherwise the system call that writes a single byte. Invariant: `made` is a beginning of the
 * finished file.
 */
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { type Instruction, Machine } from '@stage0-ts/i386';
import type { Seed } from './seeds.ts';

const WRITE = 4;
const [EAX, ECX, EDX] = [0, 1, 2];
/** A seed that runs longer is stopped. */
const MAX_INSTRUCTIONS = 5_000_000;

export class AssemblyRun {
  readonly machine: Machine;
  readonly made: number[] = [];
  steps = 0;
  fault: string | undefined;
  private readonly files = new MemoryFiles();
  private readonly stores: boolean;

  constructor({ bytes, source, pieces }: Seed) {
    this.files.writeFile('/source', source, 0o644);
    this.stores = pieces.some(({ name }) => name === 'stosb');
    this.machine = new Machine({
      image: { path: 'seed', bytes },
      argv: ['seed', 'source', 'made'],
      host: new MemoryHost({ files: this.files }),
      stackSize: 1 << 16,
      memoryLimit: 1 << 20,
      instructionLimit: MAX_INSTRUCTIONS,
    });
  }

  get isOver(): boolean {
    return this.machine.status !== undefined || this.fault !== undefined;
  }

  /** The next instruction; undefined at the end. */
  get next(): Instruction | undefined {
    return this.isOver ? undefined : this.machine.next();
  }

  /** The file that the seed has written; empty before that. */
  get file(): Uint8Array {
    const node = this.files.find('/made');
    return node?.kind === 'file' ? node.bytes : new Uint8Array();
  }

  step(): void {
    const { next } = this;
    if (next === undefined) return;
    const byte = this.byteMadeBy(next);
    try {
      this.machine.step();
      this.steps++;
      if (byte !== undefined) this.made.push(byte);
    } catch (error) {
      this.fault = (error as Error).message;
    }
  }

  /** Run up to the next byte, or to the end. */
  stepByte(): void {
    const before = this.made.length;
    while (!this.isOver && this.made.length === before) this.step();
  }

  toEnd(): void {
    while (!this.isOver) this.step();
  }

  private byteMadeBy({ operation, size }: Instruction): number | undefined {
    const { registers, memory } = this.machine;
    if (this.stores) {
      return operation === 'stos' && size === 1 ? (registers[EAX] as number) & 0xff : undefined;
    }
    const writes = operation === 'int' && registers[EAX] === WRITE && registers[EDX] === 1;
    return writes ? memory.byte(registers[ECX] as number) : undefined;
  }
}
