// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Open files of a process: descriptors → files whose content is held here while they are open.
 *
 * The host reads and writes whole files, the guest a byte at a time. So a file that is opened is read whole, is
 * changed in memory, and goes back to the host when it is closed, when the process ends, and before another
 * program starts, which could read it. Invariant: all descriptors of one file, in this process and in its
 * forks, share one {@link OpenedFile}; a file that is not `changed` may be dropped and read anew.
 */
import { ByteWriter } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { Host } from '@stage0-ts/host';

export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_DIRECTORY = 0o200000;

/** The content of a file that is open at least once. */
interface OpenedFile {
  readonly path: string;
  bytes: Uint8Array;
  /** Bytes of `bytes` that are content: it has room behind them. */
  size: number;
  /** Holds something that the host does not have. */
  changed: boolean;
  /** `bytes` belongs to the host, and must be copied before a change. */
  borrowed: boolean;
  /** Another program ran since it was read. */
  stale: boolean;
  /** The name is gone. */
  removed: boolean;
  descriptors: number;
}

/** What a descriptor means. Copies of it (dup, fork) are one object. */
export type Descriptor =
  | { readonly kind: 'file'; file: OpenedFile; position: number; readonly flags: number }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'input'; rest: Uint8Array | undefined }
  | { readonly kind: 'output'; readonly pending: ByteWriter; readonly number: 1 | 2 };

function errno(code: string): ToolError {
  return new ToolError(code, { code });
}

const NEWLINE = 10;

export class FileTable {
  private readonly host: Host;
  private readonly open: OpenedFile[];
  private readonly descriptors: (Descriptor | undefined)[];

  constructor(host: Host, from?: FileTable) {
    this.host = host;
    this.open = from?.open ?? [];
    this.descriptors = from?.descriptors.slice() ?? [
      { kind: 'input', rest: undefined },
      { kind: 'output', pending: new ByteWriter(64), number: 1 },
      { kind: 'output', pending: new ByteWriter(64), number: 2 },
    ];
    for (const descriptor of this.descriptors) {
      if (from !== undefined && descriptor?.kind === 'file') descriptor.file.descriptors++;
    }
  }

  get(number: number): Descriptor {
    const descriptor = this.descriptors[number];
    if (descriptor === undefined) throw errno('EBADF');
    return descriptor;
  }

  /** open(2). `mode` has the umask taken off already, as far as the guest set one. */
  openFile(path: string, flags: number, mode: number): number {
    const absolute = this.absolute(path);
    const status = this.host.status(path);
    if (status === undefined && (flags & O_CREAT) === 0) throw errno('ENOENT');
    if (status !== undefined && (flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL)) {
      throw errno('EEXIST');
    }
    if (status?.kind === 'directory') {
      if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0) throw errno('EISDIR');
      return this.install({ kind: 'directory', path: absolute });
    }
    if (status !== undefined && (flags & O_DIRECTORY) !== 0) throw errno('ENOTDIR');
    if (status === undefined) this.host.writeFile(path, new Uint8Array(), mode & 0o7777);
    const file = this.opened(absolute, (flags & O_TRUNC) !== 0);
    file.descriptors++;
    return this.install({ kind: 'file', file, position: 0, flags });
  }

  private opened(path: string, truncate: boolean): OpenedFile {
    let file = this.open.find(
      (other) => !other.removed && (other.path === path || this.host.sameFile(other.path, path)),
    );
    if (file === undefined) {
      const bytes = truncate ? new Uint8Array() : this.host.readFile(path);
      file = {
        path,
        bytes,
        size: bytes.length,
        changed: false,
        borrowed: true,
        stale: false,
        removed: false,
        descriptors: 0,
      };
      this.open.push(file);
    }
    if (truncate) {
      file.size = 0;
      file.changed = true;
      file.stale = false;
    }
    return file;
  }

  /** read(2) of a file: copies what there is into `to` and returns how much. */
  read(number: number, to: Uint8Array): number {
    const descriptor = this.get(number);
    if (descriptor.kind === 'directory') throw errno('EISDIR');
    if (descriptor.kind === 'output') throw errno('EBADF');
    if (descriptor.kind === 'input') return this.readInput(descriptor, to);
    if ((descriptor.flags & 3) === O_WRONLY) throw errno('EBADF');
    const { file, position } = descriptor;
    if (file.stale) this.refresh(file);
    const count = Math.max(0, Math.min(to.length, file.size - position));
    if (count === 1) to[0] = file.bytes[position] as number;
    else if (count > 0) to.set(file.bytes.subarray(position, position + count));
    descriptor.position = position + count;
    return count;
  }

  private readInput(input: Descriptor & { kind: 'input' }, to: Uint8Array): number {
    input.rest ??= this.host.readStdin();
    const count = Math.min(to.length, input.rest.length);
    to.set(input.rest.subarray(0, count));
    input.rest = input.rest.subarray(count);
    return count;
  }

  /** write(2): takes all of `from`. */
  write(number: number, from: Uint8Array): number {
    const descriptor = this.get(number);
    if (descriptor.kind === 'output') {
      descriptor.pending.write(from);
      if (from[from.length - 1] === NEWLINE || descriptor.pending.length > 4096) {
        this.flushOutput(descriptor);
      }
      return from.length;
    }
    if (descriptor.kind !== 'file' || (descriptor.flags & 3) === 0) throw errno('EBADF');
    const { file } = descriptor;
    if (file.stale) this.refresh(file);
    if ((descriptor.flags & O_APPEND) !== 0) descriptor.position = file.size;
    const end = descriptor.position + from.length;
    makeRoom(file, end);
    if (descriptor.position > file.size) file.bytes.fill(0, file.size, descriptor.position);
    if (from.length === 1) file.bytes[descriptor.position] = from[0] as number;
    else file.bytes.set(from, descriptor.position);
    if (end > file.size) file.size = end;
    descriptor.position = end;
    file.changed = true;
    return from.length;
  }

  /**
   * Read one byte of an ordinary file: the byte, −1 at its end, or undefined where {@link read} must decide.
   */
  readByte(number: number): number | undefined {
    const descriptor = this.descriptors[number];
    if (descriptor?.kind !== 'file' || (descriptor.flags & 3) === O_WRONLY) return undefined;
    const { file, position } = descriptor;
    if (file.stale) return undefined;
    if (position >= file.size) return -1;
    descriptor.position = position + 1;
    return file.bytes[position];
  }

  /** Write one byte at the end of an ordinary file; false where {@link write} must decide. */
  writeByte(number: number, byte: number): boolean {
    const descriptor = this.descriptors[number];
    if (descriptor?.kind !== 'file' || (descriptor.flags & 3) === 0) return false;
    const { file, position } = descriptor;
    if (file.stale || file.borrowed || !file.changed) return false;
    if (position !== file.size || position >= file.bytes.length) return false;
    file.bytes[position] = byte;
    file.size = position + 1;
    descriptor.position = position + 1;
    return true;
  }

  /** lseek(2). */
  seek(number: number, offset: number, whence: number): number {
    const descriptor = this.get(number);
    if (descriptor.kind === 'directory') return 0;
    if (descriptor.kind !== 'file') throw errno('ESPIPE');
    if (descriptor.file.stale) this.refresh(descriptor.file);
    const origins = [0, descriptor.position, descriptor.file.size];
    const origin = origins[whence];
    if (origin === undefined || origin + offset < 0) throw errno('EINVAL');
    descriptor.position = origin + offset;
    return descriptor.position;
  }

  close(number: number): void {
    const descriptor = this.get(number);
    this.descriptors[number] = undefined;
    if (descriptor.kind === 'output') this.flushOutput(descriptor);
    if (descriptor.kind === 'file') this.release(descriptor.file);
  }

  private release(file: OpenedFile): void {
    file.descriptors--;
    if (file.descriptors > 0) return;
    this.open.splice(this.open.indexOf(file), 1);
    this.flushFile(file);
  }

  /** dup(2), or dup2(2) when `to` is given. */
  duplicate(number: number, to?: number): number {
    const descriptor = this.get(number);
    if (to === number) return to;
    if (to !== undefined && (to < 0 || to > 1023)) throw errno('EBADF');
    if (to !== undefined && this.descriptors[to] !== undefined) this.close(to);
    if (descriptor.kind === 'file') descriptor.file.descriptors++;
    if (to === undefined) return this.install(descriptor);
    this.descriptors[to] = descriptor;
    return to;
  }

  /** unlink(2): open descriptors keep the content. */
  remove(path: string): void {
    const absolute = this.absolute(path);
    const file = this.open.find((other) => !other.removed && other.path === absolute);
    if (file?.stale) this.refresh(file);
    this.host.remove(path);
    if (file !== undefined) file.removed = true;
  }

  /** Give everything to the host: before another program starts, and at the end. */
  flush(): void {
    for (const descriptor of this.descriptors) {
      if (descriptor?.kind === 'output') this.flushOutput(descriptor);
    }
    for (const file of this.open) this.flushFile(file);
  }

  /** Another program ran: what is not changed here may have changed there. */
  expire(): void {
    for (const file of this.open) file.stale = true;
  }

  /** The process has ended. */
  closeAll(): void {
    for (let number = 0; number < this.descriptors.length; number++) {
      if (this.descriptors[number] !== undefined) this.close(number);
    }
  }

  /** `path` from the root, so that it stays right when the working directory changes. */
  absolute(path: string): string {
    if (path.startsWith('/')) return path;
    const directory = this.host.currentDirectory();
    return directory === '/' ? `/${path}` : `${directory}/${path}`;
  }

  private refresh(file: OpenedFile): void {
    file.stale = false;
    if (file.changed || file.removed || this.host.status(file.path)?.kind !== 'file') return;
    file.bytes = this.host.readFile(file.path);
    file.size = file.bytes.length;
    file.borrowed = true;
  }

  private flushFile(file: OpenedFile): void {
    if (!file.changed || file.removed) return;
    file.changed = false;
    this.host.writeFile(file.path, file.bytes.slice(0, file.size), 0o666);
  }

  private flushOutput(output: Descriptor & { kind: 'output' }): void {
    const bytes = output.pending.toBytes();
    if (bytes.length === 0) return;
    output.pending.length = 0;
    if (output.number === 1) this.host.writeStdout(bytes);
    else this.host.writeStderr(bytes);
  }

  private install(descriptor: Descriptor): number {
    let number = 0;
    while (this.descriptors[number] !== undefined) number++;
    if (number > 1023) throw errno('EMFILE');
    this.descriptors[number] = descriptor;
    return number;
  }
}

/** Let `file.bytes` be its own and have room for `end` bytes. */
function makeRoom(file: OpenedFile, end: number): void {
  if (!file.borrowed && end <= file.bytes.length) return;
  const grown = new Uint8Array(Math.max(end, file.size * 2, 4096));
  grown.set(file.bytes.subarray(0, file.size));
  file.bytes = grown;
  file.borrowed = false;
}
