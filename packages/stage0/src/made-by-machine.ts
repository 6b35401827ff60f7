// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Records which files programs in the machine have made: a host → the same host, which notes the
 * contents of the executables that are written.
 *
 * A port is chosen by the name of a file, but a name is not reliable once scripts build programs
 * that are not stage0's: a later `mkdir` is another program. Upstream's tools are made by other
 * tools of stage0, which are ports, so a program that was made in the machine is not one of
 * upstream's tools. Invariant: contents count, not paths or arrays, so that copies are recognised
 * too.
 */
import type { Host } from '@stage0-ts/host';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import { isElf } from './elf-magic.ts';

export class MadeByMachine {
  private readonly digests = new Set<string>();

  /** SHA-256 of each such content, in the order in which they were first made. */
  list(): string[] {
    return [...this.digests];
  }

  /** Add what an earlier run noted. */
  resume(digests: Iterable<string>): void {
    for (const digest of digests) this.digests.add(digest);
  }

  /** True if a program in the machine has written an executable with these bytes. */
  has(bytes: Uint8Array): boolean {
    return this.digests.size > 0 && this.digests.has(sha256Hex(bytes));
  }

  /** `host` for a program in the machine: it notes the executables that the program writes. */
  noting(host: Host): Host {
    const { digests } = this;
    const note = (path: string, bytes: Uint8Array, mode: number): void => {
      host.writeFile(path, bytes, mode);
      if (isElf(bytes)) digests.add(sha256Hex(bytes));
    };
    return new Proxy(host, {
      get: (target, name) => {
        if (name === 'writeFile') return note;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}
