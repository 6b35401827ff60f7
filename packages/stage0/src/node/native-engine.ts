// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Runs the tree's own binaries on this machine's kernel, in a copy of the world in a temporary
 * folder.
 *
 * What such a program starts also runs natively: it is not recorded, and it has the rights of the
 * user. The working directory is that of the world, but the root is this machine's, so scripts with
 * absolute paths need another engine. Afterwards the world is made equal to the folder, removed
 * files and links included.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Host } from '@stage0-ts/host';
import type { NamedEngine } from '../engines.ts';

/** How many bytes a program may print. */
const MAX_OUTPUT = 256 << 20;

/**
 * @param seconds after which a program is killed. Throws ENOEXEC where the kernel does not run such
 *   binaries.
 */
export function nativeEngine(seconds: number): NamedEngine {
  return {
    name: 'native',
    runsBinaries: true,
    hidesProcesses: true,
    nature: () => 'native',
    run: (image, argv, host) => {
      const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-native-')));
      try {
        copyOut(host, '/', folder);
        const end = start(folder, image.path, argv, host, seconds);
        copyIn(host, folder, '');
        return end;
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function start(
  folder: string,
  program: string,
  argv: readonly string[],
  host: Host,
  seconds: number,
): ChildStatus {
  const child = spawnSync(path.join(folder, program), argv.slice(1), {
    argv0: argv[0] ?? program,
    cwd: path.join(folder, host.currentDirectory()),
    env: Object.fromEntries(host.environment.map((entry) => entry.split(/=(.*)/s).slice(0, 2))),
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: MAX_OUTPUT,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  });
  if (child.error !== undefined) {
    const { code } = child.error as NodeJS.ErrnoException;
    if (code === 'ETIMEDOUT') {
      killThoseIn(folder);
      const message = `stopped after ${seconds} seconds (--time-limit)`;
      throw new ToolError(message, { code: 'aborted', file: program });
    }
    const reason =
      code === 'ENOEXEC' ? 'this kernel does not run such programs' : child.error.message;
    throw new ToolError(reason, { code: 'ENOEXEC', file: program });
  }
  host.writeStdout(child.stdout);
  host.writeStderr(child.stderr);
  if (child.signal !== null) return { kind: 'killed', signal: os.constants.signals[child.signal] };
  return { kind: 'exited', status: child.status ?? 1 };
}

/**
 * End the processes that a killed program had started: on Linux, all whose working directory is in
 * the folder.
 */
function killThoseIn(folder: string): void {
  if (!fs.existsSync('/proc/self/cwd')) return;
  for (const pid of fs.readdirSync('/proc').map(Number)) {
    try {
      if (pid > 0 && fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) {
        process.kill(pid, 'SIGKILL');
      }
    } catch {
      // It has ended, or belongs to another user.
    }
  }
}

/** Copy the world below `from` into the existing folder `to`. */
function copyOut(host: Host, from: string, to: string): void {
  for (const name of host.list(from)) {
    const source = `${from === '/' ? '' : from}/${name}`;
    const target = path.join(to, name);
    const status = host.lstat(source);
    if (status?.kind === 'link') fs.symlinkSync(host.readLink(source), target);
    else if (status?.kind === 'directory') {
      fs.mkdirSync(target);
      copyOut(host, source, target);
      fs.chmodSync(target, status.mode);
    } else if (status?.kind === 'file') {
      fs.writeFileSync(target, host.readFile(source));
      fs.chmodSync(target, status.mode);
    }
  }
}

/** Make the world below `prefix` equal to the folder. */
function copyIn(host: Host, folder: string, prefix: string): void {
  const found = new Set<string>();
  for (const entry of fs.readdirSync(path.join(folder, prefix), { encoding: 'buffer' })) {
    const name = `${prefix}/${decodeUtf8(entry)}`;
    found.add(name);
    const source = path.join(folder, name);
    const status = fs.lstatSync(source);
    const known = host.lstat(name);
    if (known !== undefined && known.kind !== kindOf(status)) removeAll(host, name);
    if (status.isDirectory()) {
      bringDirectory(host, name, status.mode & 0o7777);
      copyIn(host, folder, name);
    } else if (status.isSymbolicLink()) bringLink(host, name, fs.readlinkSync(source));
    else if (status.isFile()) bringFile(host, name, source, status.mode & 0o7777);
    else {
      const message =
        'a program made a pipe, socket or device, which this engine cannot bring back';
      throw new ToolError(message, { code: 'bad-entry', file: name });
    }
  }
  for (const name of host.list(prefix === '' ? '/' : prefix)) {
    if (!found.has(`${prefix}/${name}`)) removeAll(host, `${prefix}/${name}`);
  }
}

function kindOf(status: fs.Stats): string {
  if (status.isDirectory()) return 'directory';
  return status.isSymbolicLink() ? 'link' : 'file';
}

function bringDirectory(host: Host, name: string, mode: number): void {
  if (host.lstat(name) === undefined) host.mkdir(name, mode);
  if (host.lstat(name)?.mode !== mode) host.chmod(name, mode);
}

function bringLink(host: Host, name: string, target: string): void {
  if (host.lstat(name)?.kind === 'link') {
    if (host.readLink(name) === target) return;
    host.remove(name);
  }
  host.symlink(target, name);
}

function bringFile(host: Host, name: string, source: string, mode: number): void {
  const bytes = fs.readFileSync(source);
  const known = host.lstat(name);
  if (known !== undefined && known.mode === mode && bytes.equals(host.readFile(name))) return;
  host.writeFile(name, bytes, mode);
  host.chmod(name, mode);
}

/** Remove what is at a path; a folder with everything in it. */
function removeAll(host: Host, name: string): void {
  if (host.lstat(name)?.kind !== 'directory') {
    host.remove(name);
    return;
  }
  for (const entry of host.list(name)) removeAll(host, `${name}/${entry}`);
  host.removeDirectory(name);
}
