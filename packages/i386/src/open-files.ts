// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The files that processes have open. Each is read whole when it is opened, and changed in memory.
 * It is written back to the host when its last descriptor is closed, when a process ends, and
 * before another program starts, which could read it.
 *
 * A process and its forks share one list. Invariant: all descriptors of one file share one
 * {@link OpenedFile}; a file that is not `changed` may be dropped and read again.
 */
import type { Host } from '@stage0-ts/host';
import type { OpenedFile } from './descriptor.ts';
import { MachineError } from './errors.ts';

export class OpenFiles {
  private readonly host: Host;
  private readonly files: OpenedFile[];

  /** @param from the parent's files, which a fork shares. */
  constructor(host: Host, from?: OpenFiles) {
    this.host = host;
    this.files = from?.files ?? [];
  }

  /** The file at an absolute path, with one more descriptor. */
  open(path: string, truncate: boolean): OpenedFile {
    let file = this.files.find(
      (other) => !other.removed && (other.path === path || this.host.sameFile(other.path, path)),
    );
    if (file === undefined) {
      const bytes = truncate ? new Uint8Array() : this.host.readFile(path);
      file = {
        path,
        bytes,
        source: truncate ? undefined : bytes,
        size: bytes.length,
        changed: false,
        borrowed: true,
        stale: false,
        removed: false,
        descriptors: 0,
      };
      this.files.push(file);
    }
    if (truncate) {
      file.size = 0;
      file.changed = true;
      file.stale = false;
    }
    file.descriptors++;
    return file;
  }

  /** Called when a descriptor is closed. */
  release(file: OpenedFile): void {
    file.descriptors--;
    if (file.descriptors > 0) return;
    this.files.splice(this.files.indexOf(file), 1);
    this.flushOne(file);
  }

  /** rename(2): open files get their new path. A file that was replaced no longer has one. */
  rename(from: string, to: string): void {
    const [source, target] = [this.absolute(from), this.absolute(to)];
    this.requireLastName(target);
    this.host.rename(from, to);
    if (source === target) return;
    for (const file of this.files) {
      if (file.removed) continue;
      if (file.path === target) file.removed = true;
      else if (file.path === source) file.path = target;
      else if (file.path.startsWith(`${source}/`))
        file.path = target + file.path.slice(source.length);
    }
  }

  /** unlink(2): open descriptors keep the content. */
  remove(path: string): void {
    const absolute = this.absolute(path);
    const file = this.files.find((other) => !other.removed && other.path === absolute);
    if (file !== undefined) this.refresh(file);
    this.requireLastName(absolute);
    this.host.remove(path);
    if (file !== undefined) file.removed = true;
  }

  /**
   * Open files are identified by their path. If that name is removed and the file has other names,
   * later writes would have to reach the file through those. That is not supported, so the program
   * ends.
   */
  private requireLastName(path: string): void {
    const isOpen = this.files.some((file) => !file.removed && file.path === path);
    if (!isOpen || (this.host.inode(path, false)?.links ?? 1) === 1) return;
    throw new MachineError(
      'several-names',
      `removes one of several names of ${path}, which is open`,
    );
  }

  /** Pass what was written to files on to the host. */
  flush(): void {
    for (const file of this.files) this.flushOne(file);
  }

  /** Called after another program has run: it may have changed any file without changes here. */
  expire(): void {
    for (const file of this.files) file.stale = true;
  }

  /** `path` made absolute, so that it stays valid when the working directory changes. */
  absolute(path: string): string {
    if (path.startsWith('/')) return path;
    const directory = this.host.currentDirectory();
    return directory === '/' ? `/${path}` : `${directory}/${path}`;
  }

  /** Read the file again, if another program may have changed it. */
  refresh(file: OpenedFile): void {
    if (!file.stale) return;
    file.stale = false;
    if (file.changed || file.removed || this.host.stat(file.path)?.kind !== 'file') return;
    file.bytes = this.host.readFile(file.path);
    file.source = file.bytes;
    file.size = file.bytes.length;
    file.borrowed = true;
  }

  private flushOne(file: OpenedFile): void {
    if (!file.changed || file.removed) return;
    file.changed = false;
    this.host.writeFile(file.path, file.bytes.slice(0, file.size), 0o666);
  }
}
