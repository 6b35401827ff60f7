// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Host over node:fs and node:child_process; every system error becomes a ToolError with its errno
 * name.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { hostError, isErrno } from '../errors.ts';
import type { ChildStatus, FileStatus, Host, Inode, SystemName } from '../types.ts';
import { replaceFile } from './replace-file.ts';
import { readStream, writeAll } from './transfer.ts';

export class NodeHost implements Host {
  readonly environment: readonly string[] = Object.entries(process.env).map(
    ([name, value]) => `${name}=${value ?? ''}`,
  );

  readStdin(): Uint8Array {
    return guarded('standard input', () => readStream(0, 'standard input'));
  }

  /** EPIPE is thrown again unchanged: nobody is left who could read a message. */
  writeStdout(bytes: Uint8Array): void {
    try {
      writeAll(1, bytes);
    } catch (error) {
      throw isBrokenPipe(error) ? error : translated(error, 'standard output');
    }
  }

  /** If messages cannot be written, that cannot be reported either. */
  writeStderr(bytes: Uint8Array): void {
    try {
      writeAll(2, bytes);
    } catch (error) {
      if (isBrokenPipe(error)) throw error;
    }
  }

  readFile(path: string): Uint8Array {
    return guarded(path, () => {
      const descriptor = fs.openSync(toSystem(path), 'r');
      try {
        if (fs.fstatSync(descriptor).isFile()) return fs.readFileSync(descriptor);
        return readStream(descriptor, path);
      } finally {
        fs.closeSync(descriptor);
      }
    });
  }

  writeFile(path: string, bytes: Uint8Array, mode: number): void {
    guarded(path, () => replaceFile(toSystem(path), bytes, mode));
  }

  stat(path: string): FileStatus | undefined {
    return guarded(path, () => statusOf(fs.statSync(toSystem(path), { throwIfNoEntry: false })));
  }

  lstat(path: string): FileStatus | undefined {
    return guarded(path, () => statusOf(fs.lstatSync(toSystem(path), { throwIfNoEntry: false })));
  }

  sameFile(first: string, second: string): boolean {
    return guarded(first, () => {
      const a = fs.statSync(toSystem(first), { throwIfNoEntry: false, bigint: true });
      const b = fs.statSync(toSystem(second), { throwIfNoEntry: false, bigint: true });
      return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
    });
  }

  inode(path: string, followLast: boolean): Inode | undefined {
    return guarded(path, () => {
      const status = followLast ? fs.statSync : fs.lstatSync;
      const stats = status(toSystem(path), { throwIfNoEntry: false });
      return stats && { number: stats.ino, links: stats.nlink, modified: stats.mtimeMs };
    });
  }

  setModified(path: string, when: number): void {
    guarded(path, () => fs.utimesSync(toSystem(path), when / 1000, when / 1000));
  }

  now(): number {
    return Date.now();
  }

  list(path: string): string[] {
    return guarded(path, () =>
      fs
        .readdirSync(toSystem(path), 'buffer')
        .map((name) => decodeUtf8(name))
        .sort(),
    );
  }

  chmod(path: string, mode: number): void {
    guarded(path, () => fs.chmodSync(toSystem(path), mode));
  }

  mkdir(path: string, mode: number): void {
    guarded(path, () => fs.mkdirSync(toSystem(path), { mode }));
  }

  remove(path: string): void {
    guarded(path, () => fs.unlinkSync(toSystem(path)));
  }

  removeDirectory(path: string): void {
    guarded(path, () => fs.rmdirSync(toSystem(path)));
  }

  rename(from: string, to: string): void {
    guarded(from, () => fs.renameSync(toSystem(from), toSystem(to)));
  }

  link(existing: string, path: string): void {
    guarded(existing, () => fs.linkSync(toSystem(existing), toSystem(path)));
  }

  symlink(target: string, path: string): void {
    guarded(path, () => fs.symlinkSync(toSystem(target), toSystem(path)));
  }

  readLink(path: string): string {
    return guarded(path, () => decodeUtf8(fs.readlinkSync(toSystem(path), 'buffer')));
  }

  currentDirectory(): string {
    return guarded('.', () => process.cwd());
  }

  changeDirectory(path: string): void {
    guarded(path, () => process.chdir(path));
  }

  changeRoot(path: string): void {
    throw hostError('ENOSYS', path, 'Node cannot change the root directory');
  }

  systemName(): SystemName {
    return {
      sysname: os.type(),
      nodename: os.hostname(),
      release: os.release(),
      version: os.version(),
      machine: os.machine(),
    };
  }

  run(path: string, argv: readonly string[], environment: readonly string[]): ChildStatus {
    // Node would search a plain name in PATH, which execve does not do.
    const command = path.includes('/') ? path : `./${path}`;
    const words = [command, ...argv.slice(1)];
    const options = {
      env: Object.fromEntries(environment.map(splitVariable)),
      stdio: 'inherit' as const,
    };
    let child: ReturnType<typeof spawnSync>;
    if (words.some((word) => LONE_SURROGATE.test(word))) {
      // Node would change bytes that are not UTF-8. A shell can pass them, but then the program's
      // name is its path.
      guarded(path, () => fs.accessSync(toSystem(command), fs.constants.X_OK));
      child = spawnSync('/bin/sh', ['-c', `exec ${words.map(quoted).join(' ')}`], options);
    } else child = spawnSync(command, words.slice(1), { argv0: argv[0] ?? path, ...options });
    if (child.error !== undefined) throw translated(child.error, path);
    if (child.signal !== null)
      return { kind: 'killed', signal: os.constants.signals[child.signal] };
    return { kind: 'exited', status: child.status ?? 1 };
  }
}

/** A character that represents a byte that is not UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * One word for a shell: in quotes and unchanged, except that bytes that are not UTF-8 become octal
 * numbers.
 */
function quoted(word: string): string {
  const octal = (byte: string) => `\\${(byte.charCodeAt(0) & 0xff).toString(8)}`;
  return `'${word.replaceAll("'", "'\\''")}'`.replace(
    /\p{Surrogate}+/gu,
    (bytes) => `'"$(printf '${bytes.split('').map(octal).join('')}')"'`,
  );
}

function isBrokenPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPIPE';
}

/** A name as the system needs it: its bytes, which may not be UTF-8. */
function toSystem(path: string): string | Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for plain ASCII
  return /^[\x01-\x7f]*$/.test(path) ? path : Buffer.from(encodeUtf8(path));
}

function splitVariable(entry: string): [string, string] {
  const equals = entry.indexOf('=', 1);
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

function statusOf(stats: fs.Stats | undefined): FileStatus | undefined {
  if (stats === undefined) return undefined;
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'directory'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other';
  return { kind, mode: stats.mode & 0o7777, size: stats.isFile() ? stats.size : 0 };
}

function guarded<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw translated(error, path);
  }
}

function translated(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (isErrno(code)) return hostError(code, path);
  if (code === 'ERR_FS_FILE_TOO_LARGE') return hostError('EFBIG', path);
  if (code === 'ERR_INVALID_ARG_VALUE') return hostError('EINVAL', path);
  if (code?.startsWith('E') && !code.startsWith('ERR_')) return hostError('EIO', path, code);
  return error;
}
