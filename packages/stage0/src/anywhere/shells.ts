// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The few things that `stage0.js` needs from the JavaScript engine that runs it: arguments, files
 * to read, lines to print, an exit status and, if there is one, a clock. One adapter for each
 * engine; everything else is the same in all of them.
 *
 * This is the only file of the bundle that uses an engine's own names. None of them is imported,
 * because none exists in every engine.
 */

/** What an engine offers. */
export interface Shell {
  /** Of the engine, as in `node 24.1.0`. */
  readonly name: string;
  readonly args: readonly string[];
  /** Throws the engine's own error when the file cannot be read. */
  readonly readFile: (path: string) => Uint8Array;
  /** Prints the text, which has to end with a line feed, to standard output. */
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Milliseconds since some fixed moment. */
  readonly now: (() => number) | undefined;
  /** Ends the program, at once or after the caller has returned. */
  readonly quit: (status: number) => void;
}

/** The global names that an engine may have. */
interface Names {
  readonly Deno?: {
    readonly version: { readonly deno: string };
    readonly args: readonly string[];
    readonly readFileSync: (path: string) => Uint8Array;
    readonly exit: (status: number) => void;
  };
  readonly Bun?: { readonly version: string };
  readonly process?: {
    readonly argv: readonly string[];
    readonly version: string;
    readonly getBuiltinModule?: (name: string) => { readFileSync: (path: string) => Uint8Array };
    exitCode?: number;
  };
  readonly console?: { log(text: string): void; error(text: string): void };
  readonly performance?: { now(): number };
  /** SpiderMonkey's shell and JavaScriptCore's. */
  readonly print?: (text: string) => void;
  readonly printErr?: (text: string) => void;
  readonly quit?: (status: number) => void;
  readonly scriptArgs?: readonly string[];
  readonly arguments?: readonly string[];
  readonly readFile?: (path: string, how: 'binary') => Uint8Array;
  /** SpiderMonkey's. */
  readonly os?: {
    readonly file?: { readonly readFile: (path: string, how: 'binary') => Uint8Array };
  };
  readonly version?: () => string;
}

/** QuickJS's modules are not global names: they have to be imported. */
interface QuickJsStd {
  readonly loadFile: (path: string, options?: { binary: boolean }) => Uint8Array | null;
  readonly open: (path: string, mode: string) => QuickJsFile | null;
  readonly err: QuickJsFile;
  readonly exit: (status: number) => void;
}

interface QuickJsFile {
  puts(text: string): void;
  flush(): void;
  read(buffer: ArrayBuffer, offset: number, length: number): number;
  close(): void;
}

const names = globalThis as Names;

/**
 * The adapter of the engine that runs this: a promise in QuickJS, the adapter itself elsewhere.
 * Throws Error for an unknown engine.
 */
export function findShell(): Shell | Promise<Shell> {
  const { Deno, process, os, readFile } = names;
  if (Deno !== undefined) return deno(Deno);
  if (process?.getBuiltinModule !== undefined) return nodeOrBun(process);
  if (os?.file !== undefined) return spiderMonkey(os.file.readFile);
  if (readFile !== undefined) return javaScriptCore(readFile);
  if (names.scriptArgs !== undefined) return quickJs();
  throw new Error('stage0.js does not know this JavaScript engine');
}

const toConsole = {
  print: (text: string): void => names.console?.log(withoutLineFeed(text)),
  printError: (text: string): void => names.console?.error(withoutLineFeed(text)),
};

const { performance } = names;
const now = performance === undefined ? undefined : (): number => performance.now();

/** For engines that add the last line feed themselves. */
function withoutLineFeed(text: string): string {
  return text.replace(/\n$/, '');
}

function deno({ version, args, readFileSync, exit }: NonNullable<Names['Deno']>): Shell {
  return {
    name: `Deno ${version.deno}`,
    args,
    readFile: readFileSync,
    ...toConsole,
    now,
    quit: exit,
  };
}

function nodeOrBun(process: NonNullable<Names['process']>): Shell {
  const fs = process.getBuiltinModule?.('node:fs');
  return {
    name: names.Bun === undefined ? `Node ${process.version}` : `Bun ${names.Bun.version}`,
    args: process.argv.slice(2),
    readFile: (path) => (fs as NonNullable<typeof fs>).readFileSync(path),
    ...toConsole,
    now,
    quit: (status) => {
      process.exitCode = status; // exit() would lose output that a pipe has not taken yet
    },
  };
}

const toPrint = {
  print: (text: string): void => names.print?.(withoutLineFeed(text)),
  printError: (text: string): void => (names.printErr ?? names.print)?.(withoutLineFeed(text)),
  quit: (status: number): void => names.quit?.(status),
};

function spiderMonkey(readFile: (path: string, how: 'binary') => Uint8Array): Shell {
  return {
    name: 'the shell of SpiderMonkey',
    args: names.scriptArgs ?? [],
    readFile: (path) => readFile(path, 'binary'),
    ...toPrint,
    now,
  };
}

function javaScriptCore(readFile: (path: string, how: 'binary') => Uint8Array): Shell {
  return {
    name: 'the shell of JavaScriptCore',
    args: names.arguments ?? [],
    readFile: (path) => readFile(path, 'binary'),
    ...toPrint,
    now,
    // Its quit() exits with 0 whatever its argument; an uncaught error exits with 3.
    quit: (status) => {
      if (status !== 0) throw new Error(`exit status ${status}`);
    },
  };
}

/**
 * The module's name in QuickJS-ng, then in Bellard's QuickJS. The script that makes the bundle
 * leaves these imports alone.
 */
async function quickJsStd(): Promise<unknown> {
  const [ng, bellard]: string[] = ['qjs:std', 'std'];
  return await import(ng as string).catch(() => import(bellard as string));
}

async function quickJs(): Promise<Shell> {
  const std = (await quickJsStd()) as QuickJsStd;
  return {
    name: 'QuickJS',
    args: (names.scriptArgs ?? []).slice(1),
    readFile: (path) => readQuickJs(std, path),
    print: toPrint.print,
    printError: (text) => {
      std.err.puts(text);
      std.err.flush();
    },
    now,
    quit: (status) => std.exit(status),
  };
}

function readQuickJs(std: QuickJsStd, path: string): Uint8Array {
  const file = std.open(path, 'rb');
  if (file === null) throw new Error('cannot be read');
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = new ArrayBuffer(1 << 20);
    const length = file.read(chunk, 0, chunk.byteLength);
    if (length <= 0) break;
    chunks.push(new Uint8Array(chunk, 0, length));
  }
  file.close();
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
