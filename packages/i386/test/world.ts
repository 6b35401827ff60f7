// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * How a program ended and what it wrote, in one form for a world in memory and for this computer's
 * kernel, so that tests can compare the two.
 */
import type { SpawnSyncReturns } from 'node:child_process';
import { constants } from 'node:os';
import type { ChildStatus } from '@stage0-ts/host';
import { type Engine, type MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';

export interface Ending {
  readonly status: ChildStatus;
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stderr: string;
}

/** A world in memory; `directory` is where its program starts. */
export interface World {
  readonly files: MemoryFiles;
  readonly engine: Engine;
  readonly directory?: string;
}

/** Run the program at `path`. */
export function runInWorld(
  { files, engine, directory = '/' }: World,
  path: string,
  argv: readonly string[],
  environment: readonly string[] = [],
): Ending {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const host = new MemoryHost({
    files,
    engine,
    currentDirectory: directory,
    stdout: (bytes) => stdout.push(bytes.slice()),
    stderr: (bytes) => stderr.push(bytes.slice()),
  });
  const status = host.run(path, argv, environment);
  return {
    status,
    stdout: new Uint8Array(Buffer.concat(stdout)),
    stderr: Buffer.concat(stderr).toString(),
  };
}

/** How a program on this kernel ended. */
export function statusOf({ signal, status }: SpawnSyncReturns<Buffer>): ChildStatus {
  if (signal !== null) return { kind: 'killed', signal: constants.signals[signal] };
  return { kind: 'exited', status: status ?? 1 };
}
