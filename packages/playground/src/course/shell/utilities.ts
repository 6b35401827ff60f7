// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The commands of every Unix that the chapters use, over a {@link Host}: arguments → output and
 * exit status, in the forms that the chapters and their readers need. Messages are those of GNU's.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { asToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { joined } from './joined.ts';

/** Ends a command with a message, which is printed after the command's name. */
class Failure extends Error {
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

type Utility = (args: string[], host: Host) => number | undefined;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
};

function wrapped(name: string, utility: Utility): Program {
  return ([, ...args], host) => {
    try {
      return utility(args, host) ?? 0;
    } catch (error) {
      const failure = error instanceof Failure ? error : asFailure(error);
      host.writeStderr(encodeUtf8(`${name}: ${failure.message}\n`));
      return failure.status;
    }
  };
}

/** The failure for a ToolError. Errors of any other kind are thrown again. */
function asFailure(error: unknown): Failure {
  const known = asToolError(error);
  if (known === undefined) throw error;
  const reason = REASONS[known.code] ?? known.message;
  return new Failure(known.file === undefined ? reason : `${known.file}: ${reason}`);
}

/** Splits arguments into options of one letter, some of them with a value, and the other words. */
function options(args: readonly string[], flags: string, valued = '') {
  const found = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (!/^-./.test(arg)) {
      rest.push(arg);
      continue;
    }
    for (let letter = 1; letter < arg.length; letter++) {
      const name = arg[letter] as string;
      if (valued.includes(name)) {
        const value = arg.slice(letter + 1) || args[++at];
        if (value === undefined) throw new Failure(`option requires an argument -- '${name}'`);
        found.set(name, value);
        break;
      }
      if (!flags.includes(name)) throw new Failure(`invalid option -- '${name}'`);
      found.set(name, '');
    }
  }
  return { found, rest };
}

function print(host: Host, text: string): void {
  host.writeStdout(encodeUtf8(text));
}

/** The content of all files together; standard input if there are no files. */
function inputOf(host: Host, files: readonly string[]): Uint8Array {
  if (files.length === 0) return host.readStdin();
  return joined(files.map((file) => (file === '-' ? host.readStdin() : host.readFile(file))));
}

/** The lines, each with its line end. */
function linesOf(bytes: Uint8Array): string[] {
  return decodeUtf8(bytes).match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function number(text: string): number {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new Failure(`invalid number: '${text}'`);
  return Number(text);
}

const cat: Utility = (args, host) => {
  let status = 0;
  for (const file of args.length === 0 ? ['-'] : args) {
    try {
      host.writeStdout(inputOf(host, [file]));
    } catch (error) {
      host.writeStderr(encodeUtf8(`cat: ${asFailure(error).message}\n`));
      status = 1;
    }
  }
  return status;
};

/** `od -An -tx1 [-j N] [-N N] [-v]`; without -An it prints offsets too. */
const od: Utility = (args, host) => {
  const { found, rest } = options(args, 'v', 'AtjN');
  if ((found.get('t') ?? 'x1') !== 'x1') throw new Failure('this od knows -tx1 only');
  const base = found.get('A') ?? 'o';
  const radix = { n: 0, x: 16, d: 10, o: 8 }[base];
  if (radix === undefined) throw new Failure(`invalid output address radix '${base}'`);
  const skip = number(found.get('j') ?? '0');
  const all = inputOf(host, rest);
  const count = found.has('N') ? number(found.get('N') as string) : all.length;
  const bytes = all.subarray(skip, skip + count);
  const address = (at: number) =>
    radix === 0 ? '' : (skip + at).toString(radix).padStart(radix === 16 ? 6 : 7, '0');
  let last = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16), (byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    const line = ` ${row.join(' ')}\n`;
    if (line !== last || found.has('v')) print(host, `${address(at)}${line}`);
    else if (!last.startsWith('*')) print(host, '*\n');
    last = line === last ? last : line;
  }
  if (radix !== 0) print(host, `${address(bytes.length)}\n`);
  return 0;
};

const cmp: Utility = (args, host) => {
  const { found, rest } = options(args, 's');
  const [first, second] = rest;
  if (first === undefined || second === undefined) throw new Failure('two files are needed', 2);
  const left = host.readFile(first);
  const right = host.readFile(second);
  const shorter = Math.min(left.length, right.length);
  for (let at = 0, line = 1; at < shorter; at++) {
    if (left[at] !== right[at]) {
      if (!found.has('s')) {
        print(host, `${first} ${second} differ: byte ${at + 1}, line ${line}\n`);
      }
      return 1;
    }
    if (left[at] === 0x0a) line++;
  }
  if (left.length === right.length) return 0;
  const name = left.length < right.length ? first : second;
  if (!found.has('s')) {
    host.writeStderr(encodeUtf8(`cmp: EOF on ${name} after byte ${shorter}\n`));
  }
  return 1;
};

const echo: Utility = (args, host) => {
  const isBare = args[0] === '-n';
  print(host, `${(isBare ? args.slice(1) : args).join(' ')}${isBare ? '' : '\n'}`);
  return 0;
};

/** `head -5`, `head -n 5`, `head -c 5`. */
function part(pick: (lines: string[], count: number) => string[], fromEnd: boolean): Utility {
  return (args, host) => {
    const words = args.map((arg) => arg.replace(/^-(\d+)$/, '-n$1'));
    const { found, rest } = options(words, '', 'nc');
    const bytes = inputOf(host, rest);
    const size = found.get('c');
    if (size !== undefined) {
      const count = number(size);
      host.writeStdout(fromEnd ? bytes.subarray(-count || bytes.length) : bytes.subarray(0, count));
    } else print(host, pick(linesOf(bytes), number(found.get('n') ?? '10')).join(''));
    return 0;
  };
}

/** `grep [-c] [-v] [-i] [-n] [-F] [-m N] [-A N] PATTERN [FILE…]`. */
const grep: Utility = (args, host) => {
  const { found, rest } = options(args, 'cvinFqE', 'mAe');
  const pattern = found.get('e') ?? rest.shift();
  if (pattern === undefined) throw new Failure('a pattern is needed', 2);
  const matches = matcher(pattern, found.has('F'), found.has('i'));
  const limit = found.has('m') ? number(found.get('m') as string) : Number.POSITIVE_INFINITY;
  const after = number(found.get('A') ?? '0');
  const lines = linesOf(inputOf(host, rest));
  const shown: string[] = [];
  let count = 0;
  let until = 0;
  for (let at = 0; at < lines.length && (count < limit || at < until); at++) {
    const line = lines[at] as string;
    const isHit = count < limit && matches(line.replace(/\n$/, '')) !== found.has('v');
    if (isHit) {
      count++;
      until = at + 1 + after;
    }
    if (isHit || at < until) {
      const ended = line.endsWith('\n') ? line : `${line}\n`;
      shown.push(found.has('n') ? `${at + 1}${isHit ? ':' : '-'}${ended}` : ended);
    }
  }
  if (found.has('c')) print(host, `${count}\n`);
  else if (!found.has('q')) print(host, shown.join(''));
  return count > 0 ? 0 : 1;
};

function matcher(
  pattern: string,
  isFixed: boolean,
  ignoreCase: boolean,
): (line: string) => boolean {
  const literal = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const flags = ignoreCase ? 'i' : '';
  const expression = isFixed ? new RegExp(literal, flags) : basicPattern(pattern, flags);
  return (line) => expression.test(line);
}

/** A basic regular expression, in which `(` is a plain parenthesis and `\\(` begins a group. */
function basicPattern(pattern: string, flags: string): RegExp {
  const source = pattern.replaceAll(/\\?[(){}+?|]/g, (sign) =>
    sign.length === 2 ? sign.slice(1) : `\\${sign}`,
  );
  try {
    return new RegExp(source, flags);
  } catch {
    throw new Failure(`this is not a pattern: ${pattern}`, 2);
  }
}

/** `sed [-i] s/TEXT/OTHER/[g] [FILE…]`. */
const sed: Utility = (args, host) => {
  const { found, rest } = options(args, 'i');
  const [script = '', ...files] = rest;
  const [, mark, from, to, all] = /^s([/|#,])(.+?)\1(.*?)\1(g?)$/.exec(script) ?? [];
  if (mark === undefined) throw new Failure('this sed knows s/TEXT/OTHER/ only');
  const expression = basicPattern(from as string, all === 'g' ? 'g' : '');
  const edited = (bytes: Uint8Array) =>
    linesOf(bytes)
      .map((line) => line.replace(expression, (found) => (to as string).replaceAll('&', found)))
      .join('');
  if (!found.has('i')) print(host, edited(inputOf(host, files)));
  else {
    for (const file of files) {
      host.writeFile(file, encodeUtf8(edited(host.readFile(file))), 0o666);
    }
  }
  return 0;
};

/** `chmod [-R] MODE FILE…`, with MODE in digits or in letters, such as u+w. */
const chmod: Utility = (args, host) => {
  const recursive = args.includes('-R');
  const [mode = '', ...files] = args.filter((arg) => arg !== '-R');
  if (files.length === 0) throw new Failure('missing operand');
  const change = modeChange(mode);
  const visit = (file: string): void => {
    const status = host.lstat(file);
    if (status === undefined) throw new Failure(`cannot access '${file}': ${REASONS['ENOENT']}`);
    if (status.kind === 'link') return;
    host.chmod(file, change(status.mode));
    if (!recursive || status.kind !== 'directory') return;
    for (const name of host.list(file)) visit(`${file}/${name}`);
  };
  for (const file of files) visit(file);
  return 0;
};

function modeChange(text: string): (mode: number) => number {
  if (/^[0-7]{1,4}$/.test(text)) return () => Number.parseInt(text, 8);
  const [, who = '', sign, what = ''] = /^([ugoa]*)([-+=])([rwx]+)$/.exec(text) ?? [];
  if (sign === undefined) throw new Failure(`invalid mode: '${text}'`);
  const places = who === '' || who.includes('a') ? 'ugo' : who;
  let bits = 0;
  for (const place of places) {
    for (const right of what) {
      bits |= { r: 4, w: 2, x: 1 }[right as 'r'] << { u: 6, g: 3, o: 0 }[place as 'u'];
    }
  }
  return (mode) => (sign === '-' ? mode & ~bits : mode | bits);
}

/** `cp [-r] FROM… TO`. */
const cp: Utility = (args, host) => {
  const { found, rest } = options(args, 'rRpa');
  const target = rest.pop();
  if (target === undefined || rest.length === 0) throw new Failure('missing file operand');
  const isFolder = host.stat(target)?.kind === 'directory';
  if (rest.length > 1 && !isFolder) throw new Failure(`target '${target}' is not a directory`);
  const recursive = ['r', 'R', 'a'].some((name) => found.has(name));
  for (const from of rest) {
    const name = from.replace(/\/+$/, '').replace(/^.*\//, '');
    copy(host, from, isFolder ? `${target}/${name}` : target, recursive);
  }
  return 0;
};

function copy(host: Host, from: string, to: string, recursive: boolean): void {
  const status = host.stat(from);
  if (status === undefined) throw new Failure(`cannot stat '${from}': ${REASONS['ENOENT']}`);
  if (status.kind !== 'directory') {
    host.writeFile(to, host.readFile(from), status.mode);
    return;
  }
  if (!recursive) throw new Failure(`-r not specified; omitting directory '${from}'`);
  if (`${to}/`.startsWith(`${from}/`)) throw new Failure(`cannot copy '${from}' into itself`);
  if (host.stat(to) === undefined) host.mkdir(to, 0o777);
  for (const name of host.list(from)) copy(host, `${from}/${name}`, `${to}/${name}`, recursive);
}

const mkdir: Utility = (args, host) => {
  const { found, rest } = options(args, 'p');
  for (const folder of rest) {
    const parts = folder.split('/');
    const from = found.has('p') ? 1 : parts.length;
    for (let count = from; count <= parts.length; count++) {
      const soFar = parts.slice(0, count).join('/');
      const isThere = found.has('p') && host.stat(soFar)?.kind === 'directory';
      if (soFar !== '' && !isThere) host.mkdir(soFar, 0o777);
    }
  }
  return 0;
};

const rm: Utility = (args, host) => {
  const { found, rest } = options(args, 'rRf');
  const remove = (file: string): void => {
    const status = host.lstat(file);
    if (status === undefined) {
      if (found.has('f')) return;
      throw new Failure(`cannot remove '${file}': ${REASONS['ENOENT']}`);
    }
    if (status.kind !== 'directory') {
      host.remove(file);
      return;
    }
    if (!found.has('r') && !found.has('R')) {
      throw new Failure(`cannot remove '${file}': ${REASONS['EISDIR']}`);
    }
    for (const name of host.list(file)) remove(`${file}/${name}`);
    host.removeDirectory(file);
  };
  for (const file of rest) remove(file);
  return 0;
};

/** `ls [-l] [FILE…]`: mode, size and name. */
const ls: Utility = (args, host) => {
  const { found, rest } = options(args, 'la1');
  const line = (name: string, file: string) => {
    const status = host.lstat(file);
    if (status === undefined) throw new Failure(`cannot access '${file}': ${REASONS['ENOENT']}`);
    if (!found.has('l')) return `${name}\n`;
    const letters = [...'rwxrwxrwx'].map((letter, at) =>
      (status.mode >> (8 - at)) & 1 ? letter : '-',
    );
    const kind = { directory: 'd', link: 'l' }[status.kind as 'link'] ?? '-';
    return `${kind}${letters.join('')} ${String(status.size).padStart(7)} ${name}\n`;
  };
  for (const place of rest.length === 0 ? ['.'] : rest) {
    if (host.stat(place)?.kind !== 'directory') print(host, line(place, place));
    else
      print(
        host,
        host
          .list(place)
          .map((name) => line(name, `${place}/${name}`))
          .join(''),
      );
  }
  return 0;
};

/** `wc [-l] [-c] [FILE]`. */
const wc: Utility = (args, host) => {
  const { found, rest } = options(args, 'lcw');
  const bytes = inputOf(host, rest);
  const text = decodeUtf8(bytes);
  const counts = {
    l: text.split('\n').length - 1,
    w: text.split(/\s+/).filter(Boolean).length,
    c: bytes.length,
  };
  const wanted = (['l', 'w', 'c'] as const).filter((name) => found.size === 0 || found.has(name));
  const numbers = wanted.map((name) => counts[name]);
  print(host, `${[...numbers, ...rest].join(' ')}\n`);
  return 0;
};

/** Name → command. */
export const UTILITIES: Readonly<Record<string, Program>> = Object.fromEntries(
  Object.entries({
    cat,
    chmod,
    cmp,
    cp,
    echo,
    grep,
    head: part((lines, count) => lines.slice(0, count), false),
    ls,
    mkdir,
    od,
    rm,
    sed,
    tail: part((lines, count) => lines.slice(-count || lines.length), true),
    true: () => 0,
    false: () => 1,
    pwd: ((_, host) => print(host, `${host.currentDirectory()}\n`)) as Utility,
    wc,
  } satisfies Record<string, Utility>).map(([name, utility]) => [name, wrapped(name, utility)]),
);
