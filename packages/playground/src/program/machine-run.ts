// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program in the i386 machine, run in slices so that the page stays alive: image, arguments and
 * standard input → output, registers, files, and how it ended. It sees a file system of its own
 * with one file in it, the text of the program, and nothing of this computer.
 */
import type { ChildStatus } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { type Instruction, Machine } from '@stage0-ts/i386';

/** What a program is started with. */
export interface Start {
  readonly image: Uint8Array;
  readonly args: readonly string[];
  /** The whole standard input. */
  readonly input: Uint8Array;
  /** The content of the file `source`. */
  readonly source: Uint8Array;
}

/** A file that the program made or changed. */
export interface MadeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export const SOURCE_PATH = '/source';
/** How many instructions run before the page gets a turn. */
const SLICE = 200_000;
/** A program that runs longer is stopped. */
const MAX_INSTRUCTIONS = 200_000_000;
const MAX_MEMORY = 64 << 20;
const STACK_SIZE = 1 << 20;
/** How many characters of output are kept. */
const MAX_OUTPUT = 100_000;

/**
 * To step back, the run is repeated from the start, unless it is longer than this. Ten million
 * instructions take a quarter of a second; the longest example has 87,000.
 */
const MAX_REPLAY = 10_000_000;
/** More instructions than any start code has. */
const MAX_SKIPPED = 10_000;

/** The line of the program's text that the instruction at an address comes from. */
export type LineAt = (address: number) => number | undefined;

export class MachineRun {
  readonly machine: Machine;
  /** Instructions executed so far. */
  steps = 0;
  /** How many of these came before `skipTo`. */
  skipped = 0;
  /** What went wrong in the machine, if anything. */
  fault: string | undefined;
  /** Registers before the last step, to show what changed. */
  before: Int32Array;
  private readonly start: Start;
  private readonly skipTo: number | undefined;
  private readonly files = new MemoryFiles();
  private text = '';
  private pending: string[] = [];
  private timer = 0;

  /**
   * @param skipTo an address to begin at, if the program gets there soon. Throws MachineError if
   *   the image is not an executable.
   */
  constructor(start: Start, skipTo?: number) {
    this.start = start;
    this.skipTo = skipTo;
    this.files.writeFile(SOURCE_PATH, start.source, 0o644);
    const decoder = new TextDecoder();
    const take = (bytes: Uint8Array): void => {
      this.pending.push(decoder.decode(bytes, { stream: true }));
    };
    const host = new MemoryHost({
      files: this.files,
      stdin: start.input,
      stdout: take,
      stderr: take,
    });
    this.machine = new Machine({
      image: { path: 'program', bytes: start.image },
      argv: ['program', ...start.args],
      host,
      stackSize: STACK_SIZE,
      memoryLimit: MAX_MEMORY,
      instructionLimit: MAX_INSTRUCTIONS,
    });
    this.before = this.machine.registers.slice();
    if (skipTo === undefined) return;
    while (this.address !== skipTo && this.steps < MAX_SKIPPED && !this.isOver) this.execute();
    this.before = this.machine.registers.slice();
    this.skipped = this.steps;
  }

  /** Address of the next instruction. */
  get address(): number {
    return this.machine.cpu.eip >>> 0;
  }

  get canGoBack(): boolean {
    return this.steps > this.skipped && this.steps <= MAX_REPLAY;
  }

  /** The same run, one instruction earlier: it is repeated from the start up to there. */
  back(): MachineRun {
    const again = new MachineRun(this.start, this.skipTo);
    while (again.steps < this.steps - 1 && !again.isOver) again.execute();
    return again;
  }

  get status(): ChildStatus | undefined {
    return this.machine.status;
  }

  get isOver(): boolean {
    return this.status !== undefined || this.fault !== undefined;
  }

  get isRunning(): boolean {
    return this.timer !== 0;
  }

  /**
   * What the program wrote to standard output and standard error; if that is very long, its end.
   */
  get output(): string {
    this.text = (this.text + this.pending.join('')).slice(-MAX_OUTPUT);
    this.pending = [];
    return this.text;
  }

  /** Files that the program made or changed. */
  get made(): MadeFile[] {
    return [...this.files.files()]
      .filter(([, { bytes }]) => bytes !== this.start.source)
      .map(([path, { bytes }]) => ({ path: path.slice(1), bytes }));
  }

  /**
   * The next instruction; undefined at the end, and where the bytes are not a valid instruction.
   * Only step() reports that.
   */
  get next(): Instruction | undefined {
    if (this.isOver) return undefined;
    try {
      return this.machine.next();
    } catch {
      return undefined;
    }
  }

  /** Execute one instruction. */
  step(): void {
    this.before = this.machine.registers.slice();
    this.execute();
  }

  /** Run up to an instruction of another line, over any calls on the way; or up to a breakpoint. */
  stepLine(lineAt: LineAt, stops: ReadonlySet<number>): void {
    this.before = this.machine.registers.slice();
    const from = lineAt(this.address);
    let depth = 0;
    for (let count = 0; count < SLICE && !this.isOver; count++) {
      const operation = this.next?.operation ?? '';
      this.execute();
      if (operation.startsWith('call')) depth++;
      else if (operation === 'ret') depth--;
      if (stops.has(this.address)) return;
      const line = lineAt(this.address);
      if (depth <= 0 && line !== undefined && (line !== from || depth < 0)) return;
    }
  }

  /** Run to the end or to one of `stops`; `onSlice` is called after each slice. */
  run(onSlice: () => void, stops: ReadonlySet<number>): void {
    const slice = (): void => {
      this.before = this.machine.registers.slice();
      const stopped = this.executeUntil(stops);
      this.timer = this.isOver || stopped ? 0 : self.setTimeout(slice);
      onSlice();
    };
    slice();
  }

  private executeUntil(stops: ReadonlySet<number>): boolean {
    for (let count = 0; count < SLICE && !this.isOver; count++) {
      this.execute();
      if (stops.has(this.address)) return true;
    }
    return false;
  }

  private execute(): void {
    try {
      this.machine.step();
      this.steps++;
    } catch (error) {
      this.fault = (error as Error).message;
    }
  }

  /** Pause the run; it can continue later. */
  pause(): void {
    self.clearTimeout(this.timer);
    this.timer = 0;
  }
}
