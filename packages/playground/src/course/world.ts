// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The reader's world: an empty folder, the ladder and the tutorial's library, every tool on the
 * PATH, and a shell in it. The files of a chapter's folder can be taken out and put back.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { DirectoryNode, MemoryFiles } from '@stage0-ts/host/memory';
import { machineEngine } from '@stage0-ts/stage0';
import { type Contents, HOME, LIMITS, readersFiles, VARIABLES } from '../shared/readers-files.ts';
import { Shell } from './shell/shell.ts';
import { stage0Command } from './shell/stage0-command.ts';
import { UTILITIES } from './shell/utilities.ts';

export class World {
  readonly shell: Shell;
  private readonly files: MemoryFiles;

  /**
   * @param ladder the files of test-vectors/ladder.
   * @param library those in the folders of docs/tutorial.
   * @param home an earlier {@link home}.
   */
  constructor(ladder: Contents, library: Contents, home?: DirectoryNode) {
    const files = readersFiles(ladder, library, Object.keys(UTILITIES));
    if (home !== undefined) {
      files.removeDirectory(HOME);
      files.create(HOME, home);
    }
    this.files = files;
    this.shell = new Shell({
      files,
      engine: machineEngine(LIMITS).run,
      commands: { ...UTILITIES, stage0: stage0Command(files) },
      environment: VARIABLES,
      directory: HOME,
    });
  }

  /** The reader's folder itself, not a copy. */
  get home(): DirectoryNode {
    return this.files.get(HOME) as DirectoryNode;
  }

  /** Content of a file, relative to the reader's folder; undefined if there is none. */
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
