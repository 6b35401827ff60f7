// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Which files programs in the machine have made: a host → the same host, and their contents noted.
 *
 * A port stands for a path by its name, and a name says little once scripts build programs that are
 * not stage0's: a later `mkdir` is another program. Upstream's tools are made by tools of stage0,
 * which are ports, so a content that came out of the machine is not one. Invariant: contents count,
 * not paths or arrays, so that copies are known too.
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

  /** Take up what an earlier run noted. */
  resume(digests: Iterable<string>): void {
    for (const digest of digests) this.digests.add(digest);
  }

  /** True if a program in the machine has written such a file. */
  has(bytes: Uint8Array): boolean {
    return this.digests.size > 0 && this.digests.has(sha256Hex(bytes));
  }

  /** `host` for a program in the machine: what executables it writes is noted. */
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
