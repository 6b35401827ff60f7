// SPDX-License-Identifier: GPL-3.0-or-later
/** Runs guests on this computer's kernel, with addresses that are not randomised. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elf, exit } from './guest.ts';
import { type Ending, statusOf } from './world.ts';

/** A folder for native guests; the path of each is `${folder}/guest`. */
export class NativeGuests {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'i386-'));

  /** Run `image` in the folder; undefined if the kernel cannot. */
  run(
    image: Uint8Array,
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Omit<Ending, 'stderr'> | undefined {
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
    return { stdout: new Uint8Array(child.stdout), status: statusOf(child) };
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
