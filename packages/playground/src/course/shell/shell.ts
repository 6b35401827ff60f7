// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The shell of the course's pages: command lines → what they print, over files in memory.
 *
 * A command is one of the shell's own (cd, export), a utility, `stage0 …`, or a program that PATH
 * or a path leads to: a launcher of our ports, or an i386 program, which runs in the machine.
 * Invariant: between two lines only files, variables and the working directory are kept.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { asToolError, formatError } from '@stage0-ts/diagnostics';
import type { Host, Inherited, Program } from '@stage0-ts/host';
import { type MemoryFiles, MemoryHost, type WorldEngine } from '@stage0-ts/host/memory';
import { joined } from './joined.ts';
import {
  type Command,
  type Link,
  parse,
  type Redirection,
  ShellError,
  type Word,
} from './parse.ts';

export interface ShellOptions {
  readonly files: MemoryFiles;
  /** Runs the programs at the paths that commands name. */
  readonly engine: WorldEngine;
  /** Commands that are not files, by name. */
  readonly commands: Readonly<Record<string, Program>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the working directory. */
  readonly directory: string;
}

export interface Ran {
  /** Standard output and standard error together, as on a screen. */
  readonly output: string;
  readonly status: number;
}

/** How many bytes of one line's output are kept. */
const MAX_OUTPUT = 200_000;
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNALS: Readonly<Record<number, string>> = {
  4: 'Illegal instruction',
  8: 'Floating point exception',
  9: 'Killed',
  11: 'Segmentation fault',
  24: 'CPU time limit exceeded',
};

/** Where a command's three streams go. */
interface Streams {
  readonly stdin: () => Uint8Array;
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
}

export class Shell {
  private readonly options: ShellOptions;
  private readonly variables: Map<string, string>;
  private exported: Set<string>;
  private directory: string;
  private status = 0;

  constructor(options: ShellOptions) {
    this.options = options;
    this.variables = new Map(Object.entries(options.environment));
    this.exported = new Set(this.variables.keys());
    this.directory = options.directory;
  }

  /** Run a line. Never throws. */
  run(line: string): Ran {
    const screen = new Screen();
    const streams: Streams = {
      stdin: () => new Uint8Array(),
      stdout: screen.take,
      stderr: screen.take,
    };
    try {
      for (const link of parse(line)) this.link(link, streams);
    } catch (error) {
      this.status = 2;
      screen.take(encodeUtf8(`shell: ${(error as Error).message}\n`));
      if (!(error instanceof ShellError)) this.status = 1;
    }
    return { output: screen.text(), status: this.status };
  }

  private link({ when, pipeline }: Link, streams: Streams): void {
    if (when !== 'always' && (this.status === 0) !== (when === 'success')) return;
    let input = streams.stdin;
    pipeline.forEach((command, at) => {
      if (at === pipeline.length - 1)
        this.status = this.command(command, { ...streams, stdin: input });
      else {
        const parts: Uint8Array[] = [];
        const stdout = (bytes: Uint8Array) => void parts.push(bytes.slice());
        this.status = this.command(command, { ...streams, stdin: input, stdout });
        input = () => joined(parts);
      }
    });
  }

  /** Runs one command and returns its exit status. */
  private command(command: Command, outer: Streams): number {
    const words = command.words.flatMap((word) => this.expanded(word));
    const files: (() => void)[] = [];
    let streams = outer;
    try {
      for (const one of command.redirections) streams = this.redirected(one, streams, outer, files);
    } catch (error) {
      outer.stderr(encodeUtf8(`shell: ${reason(error)}\n`));
      return 1;
    }
    const assignments = command.assignments.map(
      ({ name, value }) => [name, this.expanded(value).join(' ')] as const,
    );
    const [name] = words;
    let status = 0;
    if (command.group !== undefined) status = this.grouped(command.group, streams);
    else if (name === undefined)
      for (const [key, value] of assignments) this.variables.set(key, value);
    else status = this.started(name, words, assignments, streams);
    for (const finish of files) finish();
    return status;
  }

  /** `( … )`: its changes to the shell are undone at the end. */
  private grouped(links: readonly Link[], streams: Streams): number {
    const { directory, options } = this;
    const inner = new Shell({
      ...options,
      directory,
      environment: Object.fromEntries(this.variables),
    });
    inner.exported = new Set(this.exported);
    for (const link of links) inner.link(link, streams);
    return inner.status;
  }

  private started(
    name: string,
    words: string[],
    assignments: readonly (readonly [string, string])[],
    streams: Streams,
  ): number {
    const own = this.ownCommand(name, words, streams);
    if (own !== undefined) return own;
    const environment = this.environment(assignments);
    const host = new MemoryHost({
      files: this.options.files,
      engine: this.options.engine,
      environment,
      currentDirectory: this.directory,
      stdout: streams.stdout,
      stderr: streams.stderr,
      stdin: streams.stdin(),
    });
    const say = (text: string, status: number): number => {
      streams.stderr(encodeUtf8(`shell: ${text}\n`));
      return status;
    };
    try {
      const { commands } = this.options;
      if (Object.hasOwn(commands, name)) return (commands[name] as Program)(words, host);
      const path = name.includes('/') ? name : this.search(name, host);
      if (path === undefined) return say(`${name}: command not found`, NOT_FOUND);
      const inherited: Inherited = { ...streams };
      const end = host.run(path, words, environment, inherited);
      if (end.kind === 'exited') return end.status;
      return say(SIGNALS[end.signal] ?? `ended by signal ${end.signal}`, 128 + end.signal);
    } catch (error) {
      const known = asToolError(error);
      if (known === undefined) throw error;
      if (known.code === 'ENOENT' && known.file === name) {
        return say(`${name}: No such file or directory`, NOT_FOUND);
      }
      if (known.code === 'EACCES') return say(`${name}: Permission denied`, NOT_EXECUTABLE);
      streams.stderr(encodeUtf8(formatError(known, name)));
      return 1;
    }
  }

  /** cd, export and exit change the shell itself; undefined for other commands. */
  private ownCommand(name: string, words: string[], streams: Streams): number | undefined {
    if (name === 'export') {
      for (const word of words.slice(1)) {
        const at = word.indexOf('=');
        const key = at < 0 ? word : word.slice(0, at);
        if (at >= 0) this.variables.set(key, word.slice(at + 1));
        this.exported.add(key);
      }
      return 0;
    }
    if (name !== 'cd') return undefined;
    const host = new MemoryHost({ files: this.options.files, currentDirectory: this.directory });
    try {
      host.changeDirectory(words[1] ?? this.options.directory);
      this.directory = host.currentDirectory();
      return 0;
    } catch (error) {
      streams.stderr(encodeUtf8(`shell: cd: ${reason(error)}\n`));
      return 1;
    }
  }

  private environment(more: readonly (readonly [string, string])[]): string[] {
    const own = [...this.variables].filter(([name]) => this.exported.has(name));
    return Object.entries(Object.fromEntries([...own, ...more])).map(
      ([key, text]) => `${key}=${text}`,
    );
  }

  private search(name: string, host: Host): string | undefined {
    const folders = (this.variables.get('PATH') ?? '').split(':');
    return folders
      .map((folder) => `${folder || '.'}/${name}`)
      .find((path) => {
        const status = host.stat(path);
        return status?.kind === 'file' && (status.mode & 0o111) !== 0;
      });
  }

  private redirected(
    { descriptor, append, target }: Redirection,
    streams: Streams,
    outer: Streams,
    files: (() => void)[],
  ): Streams {
    if (target === undefined) return { ...streams, stderr: streams.stdout };
    const [path, more] = this.expanded(target);
    if (path === undefined || more !== undefined) throw new ShellError('ambiguous redirect');
    if (path === '/dev/null') {
      if (descriptor === 0) return { ...streams, stdin: () => new Uint8Array() };
      return { ...streams, [descriptor === 1 ? 'stdout' : 'stderr']: () => {} };
    }
    const host = new MemoryHost({
      files: this.options.files,
      currentDirectory: this.directory,
      stderr: outer.stderr,
    });
    if (descriptor === 0) {
      const bytes = host.readFile(path);
      return { ...streams, stdin: () => bytes };
    }
    const parts: Uint8Array[] =
      append && host.stat(path) !== undefined ? [host.readFile(path)] : [];
    host.writeFile(path, joined(parts), 0o666);
    files.push(() => host.writeFile(path, joined(parts), 0o666));
    const take = (bytes: Uint8Array) => void parts.push(bytes.slice());
    return { ...streams, [descriptor === 1 ? 'stdout' : 'stderr']: take };
  }

  /**
   * Expand a word into the words that it becomes: the value of a variable without quotes is split
   * at blanks.
   */
  private expanded({ pieces, quoted }: Word): string[] {
    const words = [''];
    let any = quoted;
    for (const piece of pieces) {
      const isCut = piece.kind === 'variable' && !piece.quoted;
      const text = piece.kind === 'text' ? piece.text : this.value(piece.name);
      const [first = '', ...others] = isCut ? text.split(/[ \t\n]+/) : [text];
      words[words.length - 1] += first;
      words.push(...others);
      any ||= text !== '' || !isCut;
    }
    return any ? words : [];
  }

  private value(name: string): string {
    return name === '?' ? String(this.status) : (this.variables.get(name) ?? '');
  }
}

/** Collects printed text, up to a limit. */
class Screen {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  readonly take = (bytes: Uint8Array): void => {
    const room = MAX_OUTPUT - this.size;
    if (room > 0) this.parts.push(bytes.slice(0, room));
    this.size += bytes.length;
  };

  text(): string {
    const more = this.size > MAX_OUTPUT ? '\n(there was more)\n' : '';
    return `${decodeUtf8(joined(this.parts))}${more}`;
  }
}

function reason(error: unknown): string {
  const known = asToolError(error);
  if (known === undefined) return (error as Error).message;
  const text = known.code === 'ENOENT' ? 'No such file or directory' : known.message;
  return known.file === undefined ? text : `${known.file}: ${text}`;
}
