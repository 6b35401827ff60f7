// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A kaem script and the reader's files → each command as kaem understood it, the programs that it
 * started, what they printed and which files they left.
 *
 * The tools are our ports; a program that the script has made runs in the i386 machine. Invariant:
 * commands and programs are in the order in which they began.
 */
import { decodeUtf8 } from '@stage0-ts/bytes';
import { asToolError, type Source, type ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Program } from '@stage0-ts/host';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { Shell } from '@stage0-ts/kaem';
import {
  machineEngine,
  type NamedEngine,
  type ProcessRecord,
  type RunEvent,
  runScript,
} from '@stage0-ts/stage0';
import { HOME, LIMITS, VARIABLES } from '../shared/readers-files.ts';

/** A file that was made. */
export interface LeftFile {
  /** Relative to the reader's folder, if the file is inside it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isProgram: boolean;
}

export interface ScriptProgram {
  /** The program's command line. */
  readonly words: string;
  /** 1 for what the command started, 2 for what those programs started, … */
  readonly depth: number;
  /** True for machine code, false for our port. */
  readonly isMachine: boolean;
  /** How the program ended, unless it ended with exit status 0. */
  readonly failure: string | undefined;
  readonly made: readonly { readonly path: string; readonly size: number }[];
}

export interface ScriptCommand {
  /** The words, with aliases and variables filled in. */
  readonly words: string;
  /** Offset of the command in the script. */
  readonly start: number;
  readonly programs: readonly ScriptProgram[];
  readonly printed: string;
}

export interface ScriptRun {
  readonly commands: readonly ScriptCommand[];
  readonly status: number;
  /** What ended the script, with the offset of its command if that is known. */
  readonly error: { readonly message: string; readonly offset: number | undefined } | undefined;
  /** The files that exist at the end. */
  readonly files: readonly LeftFile[];
}

const SCRIPT = 'script.kaem';
/** How many characters of a script's output are kept. */
const MAX_PRINTED = 100_000;

/** Run the script in `files`, and change them. */
export function runKaem(script: Uint8Array, files: MemoryFiles): ScriptRun {
  files.writeFile(`${HOME}/${SCRIPT}`, script, 0o644);
  const notes = new Notes();
  try {
    const { status, makers } = runScript(files, {
      script: SCRIPT,
      shellPath: '/bin/kaem',
      directory: HOME,
      environment: Object.entries(VARIABLES).map(([name, value]) => `${name}=${value}`),
      engine: notes.engine({ name: 'program', bytes: script }),
      record: true,
      onEvent: (event) => notes.take(event),
      stdout: (bytes) => notes.print(bytes),
    });
    return { ...notes.result(status), files: leftFiles(files, [...makers.keys()]) };
  } catch (error) {
    const known = asToolError(error);
    if (known === undefined) throw error;
    return { ...notes.result(1), error: { message: known.message, offset: undefined }, files: [] };
  }
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };
type Draft = Writable<ScriptCommand> & { readonly programs: Writable<ScriptProgram>[] };

/** What a run has done up to now. */
class Notes {
  private readonly commands: Draft[] = [];
  private readonly programs = new Map<ProcessRecord, Writable<ScriptProgram>>();
  private error: ToolError | undefined;
  private room = MAX_PRINTED;

  /**
   * An engine that runs kaem with the script as the first program, and then whatever the script
   * starts.
   */
  engine(script: Source): NamedEngine {
    const engine = machineEngine(LIMITS);
    let isShell = true;
    return {
      ...engine,
      run: (image, argv, host) => {
        if (!isShell) return engine.run(image, argv, host);
        isShell = false;
        return { kind: 'exited', status: this.shell(script)(argv, host) };
      },
    };
  }

  private shell(script: Source): Program {
    const onCommand = (words: readonly string[], start: number): void => {
      this.commands.push({ words: words.join(' '), start, programs: [], printed: '' });
    };
    return (argv, host) => {
      try {
        return new Shell(script, argv, host, { onCommand }).run();
      } catch (error) {
        this.error = asToolError(error);
        if (this.error === undefined) throw error;
        return this.error.exitCode;
      }
    };
  }

  print(bytes: Uint8Array): void {
    const command = this.commands.at(-1);
    if (command === undefined) return;
    const text = decodeUtf8(bytes).slice(0, this.room);
    this.room -= text.length;
    command.printed += text;
  }

  take({ kind, process }: RunEvent): void {
    if (kind === 'write') return;
    if (kind === 'end') this.print(process.stderr.bytes);
    if (process.depth === 1) return;
    if (kind === 'start') this.begin(process);
    else this.end(process);
  }

  private begin(process: ProcessRecord): void {
    const program = {
      words: process.argv.join(' '),
      depth: process.depth - 1,
      isMachine: process.nature === 'machine',
      failure: undefined,
      made: [],
    };
    this.programs.set(process, program);
    this.commands.at(-1)?.programs.push(program);
  }

  private end(process: ProcessRecord): void {
    const program = this.programs.get(process);
    if (program === undefined) return;
    program.failure = failureOf(process.end);
    program.made = [...process.made].flatMap((path) => {
      const entry = process.outputs.get(path);
      return entry?.kind === 'file' ? [{ path: shortPath(path), size: entry.bytes.length }] : [];
    });
  }

  result(status: number): Omit<ScriptRun, 'files'> {
    const { commands, error } = this;
    const last = commands.at(-1);
    const said = error && { message: error.message, offset: error.offset };
    // Without a message: a program was not found, or took the shell's place.
    const silent = { message: 'the script ends with this command', offset: last?.start };
    return { commands, status, error: status === 0 ? undefined : (said ?? silent) };
  }
}

function failureOf(end: ChildStatus | undefined): string | undefined {
  if (end === undefined) return undefined;
  if (end.kind === 'killed') return `killed by signal ${end.signal}`;
  return end.status === 0 ? undefined : `exit status ${end.status}`;
}

function leftFiles(files: MemoryFiles, paths: readonly string[]): LeftFile[] {
  return paths.flatMap((path) => {
    const node = files.find(path);
    if (node?.kind !== 'file') return [];
    const { bytes, mode } = node;
    return [{ path: shortPath(path), bytes, isProgram: (mode & 0o100) !== 0 }];
  });
}

function shortPath(path: string): string {
  return path.startsWith(`${HOME}/`) ? path.slice(HOME.length + 1) : path;
}
