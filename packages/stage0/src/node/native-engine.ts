// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Runs the tree's own binaries on this machine's kernel, in a copy of the world in a temporary folder.
 *
 * What a script starts from there on runs natively too, unseen. The working directory is right, but the root
 * is this machine's: scripts with absolute paths need another engine.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ToolError } from '@stage0-ts/diagnostics';
import type { ChildStatus, Host } from '@stage0-ts/host';
import type { NamedEngine } from '../engines.ts';

const OUTPUT_LIMIT = 256 << 20;

/** Throws ENOEXEC where the kernel does not run such binaries. */
export const NATIVE: NamedEngine = {
  name: 'native',
  runsBinaries: true,
  hidesProcesses: true,
  run: (image, argv, host) => {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-native-')));
    try {
      copyOut(host, '/', folder);
      const end = start(folder, image.path, argv, host);
      copyIn(host, folder, '');
      return end;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};

function start(folder: string, program: string, argv: readonly string[], host: Host): ChildStatus {
  const child = spawnSync(path.join(folder, program), argv.slice(1), {
    argv0: argv[0] ?? program,
    cwd: path.join(folder, host.currentDirectory()),
    env: Object.fromEntries(host.environment.map((entry) => entry.split(/=(.*)/s).slice(0, 2))),
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: OUTPUT_LIMIT,
  });
  if (child.error !== undefined) {
    const code = (child.error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOEXEC' ? 'this kernel does not run such programs' : child.error.message;
    throw new ToolError(reason, { code: 'ENOEXEC', file: program });
  }
  host.writeStdout(child.stdout);
  host.writeStderr(child.stderr);
  if (child.signal !== null) return { kind: 'killed', signal: os.constants.signals[child.signal] };
  return { kind: 'exited', status: child.status ?? 1 };
}

/** Copy the world below `from` into `to`, which exists. */
function copyOut(host: Host, from: string, to: string): void {
  for (const name of host.list(from)) {
    const source = `${from === '/' ? '' : from}/${name}`;
    const target = path.join(to, name);
    const status = host.linkStatus(source);
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

/** Bring what is new or changed below `folder` back into the world. */
function copyIn(host: Host, folder: string, prefix: string): void {
  for (const entry of fs.readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    const name = `${prefix}/${entry.name}`;
    const source = path.join(folder, name);
    const mode = fs.lstatSync(source).mode & 0o7777;
    const known = host.linkStatus(name);
    if (entry.isDirectory()) {
      if (known === undefined) host.mkdir(name, mode);
      copyIn(host, folder, name);
    } else if (entry.isSymbolicLink()) {
      if (known === undefined) host.symlink(fs.readlinkSync(source), name);
    } else {
      const bytes = fs.readFileSync(source);
      if (known?.kind === 'file' && bytes.equals(host.readFile(name)) && known.mode === mode)
        continue;
      host.writeFile(name, bytes, mode);
      host.chmod(name, mode);
    }
  }
}
