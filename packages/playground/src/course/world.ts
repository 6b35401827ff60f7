// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The reader's world: an empty folder, the ladder and the tutorial's library, every tool on the
 * PATH, and a shell in it. The files of a chapter's folder can be taken out and put back.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { type DirectoryNode, MemoryFiles } from '@stage0-ts/host/memory';
import { machineEngine, TOOLS } from '@stage0-ts/stage0';
import { Shell } from './shell/shell.ts';
import { stage0Command } from './shell/stage0-command.ts';
import { UTILITIES } from './shell/utilities.ts';

/** Path below a folder, with a slash before it → content. */
export type Contents = Readonly<Record<string, Uint8Array>>;

const HOME = '/home/reader';
const MAX_FILES = 256 << 20;
const MAX_MEMORY = 256 << 20;
const MAX_INSTRUCTIONS = 2_000_000_000;

export class World {
  readonly shell: Shell;
  private readonly files: MemoryFiles;

  /**
   * @param ladder the files of test-vectors/ladder.
   * @param library those in the folders of docs/tutorial.
   * @param home an earlier {@link home}.
   */
  constructor(ladder: Contents, library: Contents, home?: DirectoryNode) {
    const files = new MemoryFiles(undefined, MAX_FILES);
    put(files, '/ladder', ladder);
    put(files, '/tutorial', library);
    for (const tool of Object.keys(TOOLS)) {
      if (Object.hasOwn(UTILITIES, tool)) continue;
      const launcher = encodeUtf8(`#!/bin/sh\nexec stage0 ${tool} "$@"\n`);
      files.createDirectories('/bin');
      files.writeFile(`/bin/${tool}`, launcher, 0o755);
    }
    files.createDirectories('/tmp');
    files.createDirectories('/home');
    if (home === undefined) files.createDirectories(HOME);
    else files.create(HOME, home);
    this.files = files;
    this.shell = new Shell({
      files,
      engine: machineEngine({
        memoryLimit: MAX_MEMORY,
        fileLimit: MAX_FILES,
        instructionLimit: MAX_INSTRUCTIONS,
      }).run,
      commands: { ...UTILITIES, stage0: stage0Command(files) },
      environment: { PATH: '/bin', HOME, LADDER: '/ladder', LIB: '/tutorial/lib' },
      directory: HOME,
    });
  }

  /** The reader's folder, which is not copied. */
  get home(): DirectoryNode {
    return this.files.get(HOME) as DirectoryNode;
  }

  /** Content of a file, from the reader's folder; undefined when there is none. */
  read(path: string): Uint8Array | undefined {
    const node = this.files.find(path.startsWith('/') ? path : `${HOME}/${path}`);
    return node?.kind === 'file' ? node.bytes : undefined;
  }

  write(path: string, text: string): void {
    const whole = `${HOME}/${path}`;
    this.files.createDirectories(whole.slice(0, whole.lastIndexOf('/')));
    this.files.writeFile(whole, encodeUtf8(text), 0o644);
  }
}

function put(files: MemoryFiles, folder: string, contents: Contents): void {
  for (const [name, bytes] of Object.entries(contents)) {
    const path = `${folder}${name}`;
    files.createDirectories(path.slice(0, path.lastIndexOf('/')));
    files.writeFile(path, bytes, /^\/(tools|bootstrap-seeds)\//.test(name) ? 0o755 : 0o644);
  }
}
