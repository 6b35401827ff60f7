// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs guests on this computer's kernel, with addresses that are not randomised. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { elf, exit } from './guest.ts';

export interface NativeEnding {
  readonly status: { kind: 'exited'; status: number } | { kind: 'killed'; signal: number };
  readonly stdout: Uint8Array;
}

/** A folder for native guests; the path of each is `${folder}/guest`. */
export class NativeGuests {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'i386-'));

  /** Run `image` in the folder; undefined if the kernel cannot. */
  run(
    image: Uint8Array,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): NativeEnding | undefined {
    const path = join(this.folder, 'guest');
    writeFileSync(path, image);
    chmodSync(path, 0o755);
    const child = spawnSync('/usr/bin/setarch', ['-R', path, ...args], {
      cwd: this.folder,
      env,
      timeout: 10_000,
      maxBuffer: 1 << 26,
    });
    if (child.error !== undefined) return undefined;
    const { stdout } = child;
    if (child.signal !== null) {
      return { stdout, status: { kind: 'killed', signal: constants.signals[child.signal] } };
    }
    return { stdout, status: { kind: 'exited', status: child.status ?? 1 } };
  }

  /** Does this kernel run i386 programs? */
  get works(): boolean {
    const end = this.run(elf(exit(7)))?.status;
    return end?.kind === 'exited' && end.status === 7;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
