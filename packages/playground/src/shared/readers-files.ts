// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The files that a reader's commands and scripts find: the ladder, the tutorial's own, every tool
 * on the PATH, and an empty folder to work in.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles } from '@stage0-ts/host/memory';
import type { EngineOptions } from '@stage0-ts/i386';
import { TOOLS } from '@stage0-ts/stage0';

/** Path below a folder, with a slash before it → content. */
export type Contents = Readonly<Record<string, Uint8Array>>;

/** The reader's folder. */
export const HOME = '/home/reader';
/** The initial variables of the reader's shell. */
export const VARIABLES: Readonly<Record<string, string>> = {
  PATH: '/bin',
  HOME,
  LADDER: '/ladder',
  LIB: '/tutorial/lib',
};

const MAX_FILES = 256 << 20;
/** The limits of each program. */
export const LIMITS: EngineOptions = {
  memoryLimit: 256 << 20,
  fileLimit: MAX_FILES,
  instructionLimit: 2_000_000_000,
};

/**
 * @param ladder the files of test-vectors/ladder.
 * @param library those in the folders of docs/tutorial.
 * @param without tools that are left out of the PATH.
 */
export function readersFiles(
  ladder: Contents,
  library: Contents,
  without: readonly string[] = [],
): MemoryFiles {
  const files = new MemoryFiles(undefined, MAX_FILES);
  put(files, '/ladder', ladder);
  put(files, '/tutorial', library);
  files.createDirectories('/bin');
  for (const tool of Object.keys(TOOLS)) {
    if (without.includes(tool)) continue;
    files.writeFile(`/bin/${tool}`, encodeUtf8(`#!/bin/sh\nexec stage0 ${tool} "$@"\n`), 0o755);
  }
  files.createDirectories('/tmp');
  files.createDirectories(HOME);
  return files;
}

function put(files: MemoryFiles, folder: string, contents: Contents): void {
  for (const [name, bytes] of Object.entries(contents)) {
    const path = `${folder}${name}`;
    files.createDirectories(path.slice(0, path.lastIndexOf('/')));
    files.writeFile(path, bytes, /^\/(tools|bootstrap-seeds)\//.test(name) ? 0o755 : 0o644);
  }
}
