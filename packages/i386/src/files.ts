// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The descriptors of a process → what they stand for: files (see open-files.ts), directories,
 * devices, pipes, the host's streams. Reading, writing and seeking go through them.
 *
 * Invariant: what a program writes to the host's streams arrives there in order, and before another
 * program starts.
 */
import { ByteWriter } from '@stage0-ts/bytes';
import type { Host, Inherited } from '@stage0-ts/host';
import {
  type Descriptor,
  descriptorNamed,
  FULL,
  hold,
  isDevice,
  isRead,
  isWritten,
  makeRoom,
  NULL,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NONBLOCK,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  RANDOM,
  TERMINAL,
  TERMINALS,
} from './descriptor.ts';
import { errno } from './errno.ts';
import { MachineError } from './errors.ts';
import { missing } from './missing.ts';
import { OpenFiles } from './open-files.ts';
import { Pipe } from './pipe.ts';
import type { Entropy } from './signals.ts';

const NEWLINE = 10;
const MAX_DESCRIPTORS = 1024;
const NOTHING = new Uint8Array();
/** The largest size of a file for programs that do not use O_LARGEFILE. */
const LARGEST_FILE = 0x7fffffff;
/** The flags that F_SETFL may change. */
const CHANGEABLE = O_APPEND | O_NONBLOCK;

export class FileTable {
  private readonly host: Host;
  private readonly limit: number;
  private readonly entropy: Entropy;
  /** The files that are open. */
  readonly opened: OpenFiles;
  private descriptors: (Descriptor | undefined)[];
  /** Descriptors that execve will close. */
  private readonly closing: Set<number>;
  /** What the host has been told that this process reads from, and writes to. */
  private readonly received = new WeakSet<object>();
  private readonly gave = new WeakSet<object>();

  /**
   * @param limit maximum size of a file in bytes.
   * @param from the parent's table, for a fork.
   */
  constructor(host: Host, limit: number, entropy: Entropy, from?: FileTable) {
    this.host = host;
    this.limit = limit;
    this.entropy = entropy;
    this.opened = new OpenFiles(host, from?.opened);
    this.closing = new Set(from?.closing);
    this.descriptors = from?.descriptors.slice() ?? [
      { kind: 'input', rest: undefined },
      { kind: 'output', pending: new ByteWriter(64), number: 1 },
      { kind: 'output', pending: new ByteWriter(64), number: 2 },
    ];
    if (from !== undefined) for (const descriptor of this.descriptors) hold(descriptor);
  }

  /**
   * execve: a table for the new program, with these descriptors. This table has none afterwards.
   */
  handOver(host: Host): FileTable {
    const table = new FileTable(host, this.limit, this.entropy, this);
    for (const descriptor of this.descriptors) if (descriptor !== undefined) this.letGo(descriptor);
    this.descriptors = [];
    table.closeForExecution();
    return table;
  }

  /** Close what execve closes. */
  closeForExecution(): void {
    for (const number of this.closing) {
      if (this.descriptors[number] !== undefined) this.close(number);
    }
    this.closing.clear();
  }

  get(number: number): Descriptor {
    const descriptor = this.descriptors[number];
    if (descriptor === undefined) throw errno('EBADF');
    return descriptor;
  }

  /** open(2). The guest's umask, if it has set one, is already applied to `mode`. */
  openFile(path: string, flags: number, mode: number): number {
    const absolute = this.opened.absolute(path);
    const own = descriptorNamed(absolute);
    if (own !== undefined) return this.openAgain(own, flags);
    const status = this.host.stat(path);
    const creates = (flags & O_CREAT) !== 0;
    if ((status === undefined || status.kind === 'other') && isDevice(absolute)) {
      if (absolute === TERMINAL) throw errno('ENXIO');
      if (absolute === TERMINALS) throw missing(this.host, '/dev/pts');
      return this.installOpened({ kind: 'device', name: absolute, flags }, flags);
    }
    if (status === undefined && !creates) throw missing(this.host, path);
    if (creates && (flags & O_EXCL) !== 0 && this.host.lstat(path) !== undefined) {
      throw errno('EEXIST');
    }
    if (status === undefined && path.endsWith('/')) throw errno('EISDIR');
    if (status?.kind === 'directory') {
      if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0) throw errno('EISDIR');
      return this.installOpened({ kind: 'directory', path: absolute, position: 0 }, flags);
    }
    if (status !== undefined && (flags & O_DIRECTORY) !== 0) throw errno('ENOTDIR');
    if (status === undefined) this.host.writeFile(path, new Uint8Array(), mode & 0o7777);
    const file = this.opened.open(absolute, (flags & O_TRUNC) !== 0);
    return this.installOpened({ kind: 'file', file, position: 0, flags }, flags);
  }

  /** Open /dev/fd/N: a file from its beginning, anything else as it is. */
  private openAgain(number: number, flags: number): number {
    const descriptor = this.descriptors[number];
    if (descriptor === undefined) throw errno('ENOENT');
    if (descriptor.kind === 'file') {
      // Not by its path: that may be another file's by now.
      hold(descriptor);
      const { file } = descriptor;
      const opened = this.installOpened({ kind: 'file', file, position: 0, flags }, flags);
      if ((flags & O_TRUNC) !== 0 && isWritten(flags)) this.truncate(opened, 0);
      return opened;
    }
    const copy = this.duplicate(number);
    if ((flags & O_CLOEXEC) !== 0) this.closing.add(copy);
    return copy;
  }

  /**
   * How many bytes read(2) could return; undefined where it has to wait. Throws EBADF, EISDIR and
   * EAGAIN.
   */
  readable(number: number): number | undefined {
    const descriptor = this.get(number);
    if (descriptor.kind === 'directory') throw errno('EISDIR');
    if (descriptor.kind === 'output') throw errno('EBADF');
    if (descriptor.kind === 'input') return this.input(descriptor).length;
    if (!isRead(descriptor.flags)) throw errno('EBADF');
    if (descriptor.kind === 'device') return descriptor.name === NULL ? 0 : Number.MAX_SAFE_INTEGER;
    if (descriptor.kind === 'pipe') {
      const { readable } = descriptor.pipe;
      if (readable === undefined && (descriptor.flags & O_NONBLOCK) !== 0) throw errno('EAGAIN');
      return readable;
    }
    this.opened.refresh(descriptor.file);
    return Math.max(0, descriptor.file.size - descriptor.position);
  }

  /** False if somebody may still write to the pipe that is descriptor 0. */
  isInputComplete(): boolean {
    const [descriptor] = this.descriptors;
    return descriptor?.kind !== 'pipe' || descriptor.pipe.isComplete;
  }

  /**
   * read(2) of at most as many bytes as {@link readable}: copies them to `to`, returns how many.
   */
  read(number: number, to: Uint8Array): number {
    const descriptor = this.get(number);
    if (descriptor.kind === 'input') return this.readInput(descriptor, to);
    if (descriptor.kind === 'pipe') {
      this.tellReceived(descriptor.pipe);
      return descriptor.pipe.read(to);
    }
    if (descriptor.kind === 'device') return this.readDevice(descriptor.name, to);
    if (descriptor.kind !== 'file') return 0;
    const { file, position } = descriptor;
    // Another process may have opened it, or written what the host has not got yet.
    this.tellReceived(file);
    if (file.source !== undefined) this.tellReceived(file.source);
    const count = Math.min(to.length, file.size - position);
    if (count === 1) to[0] = file.bytes[position] as number;
    else to.set(file.bytes.subarray(position, position + count));
    descriptor.position = position + count;
    return count;
  }

  private tellReceived(from: object): void {
    if (this.host.channels === undefined || this.received.has(from)) return;
    this.received.add(from);
    this.host.channels.received(from);
  }

  private tellGave(to: object): void {
    if (this.host.channels === undefined || this.gave.has(to)) return;
    this.gave.add(to);
    this.host.channels.gave(to);
  }

  private readDevice(name: string, to: Uint8Array): number {
    if (RANDOM.has(name)) this.entropy.fill(to);
    else to.fill(0);
    return to.length;
  }

  private readInput(input: Descriptor & { kind: 'input' }, to: Uint8Array): number {
    const rest = this.input(input);
    this.tellReceived(input);
    const count = Math.min(to.length, rest.length);
    to.set(rest.subarray(0, count));
    input.rest = rest.subarray(count);
    return count;
  }

  private input(input: Descriptor & { kind: 'input' }): Uint8Array {
    if (input.rest === undefined) {
      input.rest = this.host.readStdin();
      this.tellGave(input); // a program that is executed may read the rest
    }
    return input.rest;
  }

  /** Throws EBADF if the descriptor is not open for writing. */
  requireWritable(number: number): void {
    const descriptor = this.get(number);
    if (descriptor.kind === 'output') return;
    if (!('flags' in descriptor) || !isWritten(descriptor.flags)) throw errno('EBADF');
  }

  /**
   * write(2), after {@link requireWritable}. Writes all of `from`, or up to the largest size of a
   * file. Throws EFBIG, ENOSPC, EPIPE and MachineError.
   */
  write(number: number, from: Uint8Array): number {
    const descriptor = this.get(number);
    if (descriptor.kind === 'output') {
      descriptor.pending.write(from);
      if (from[from.length - 1] === NEWLINE || descriptor.pending.length > 4096) {
        this.flushOutput(descriptor);
      }
      return from.length;
    }
    if (descriptor.kind === 'pipe') {
      this.tellGave(descriptor.pipe);
      return descriptor.pipe.write(from, this.limit);
    }
    if (descriptor.kind === 'device' && descriptor.name === FULL) throw errno('ENOSPC');
    if (descriptor.kind !== 'file') return from.length;
    const { file } = descriptor;
    this.opened.refresh(file);
    if ((descriptor.flags & O_APPEND) !== 0) descriptor.position = file.size;
    if (descriptor.position >= LARGEST_FILE) throw errno('EFBIG');
    const end = Math.min(LARGEST_FILE, descriptor.position + from.length);
    if (end > this.limit) {
      throw new MachineError(
        'file-limit',
        `${file.path} would have ${end} bytes, the limit is ${this.limit}`,
      );
    }
    if (end < descriptor.position + from.length)
      return this.write(number, from.subarray(0, end - descriptor.position));
    this.tellGave(file);
    makeRoom(file, end, this.limit);
    if (descriptor.position > file.size) file.bytes.fill(0, file.size, descriptor.position);
    if (from.length === 1) file.bytes[descriptor.position] = from[0] as number;
    else file.bytes.set(from, descriptor.position);
    if (end > file.size) file.size = end;
    descriptor.position = end;
    file.changed = true;
    return from.length;
  }

  /**
   * The next bytes of an ordinary file that only this descriptor has open. All reads can be served
   * from them, and are then reported by {@link advance}. Empty if each read must come here.
   */
  readAhead(number: number): Uint8Array {
    const descriptor = this.descriptors[number];
    if (descriptor?.kind !== 'file' || !isRead(descriptor.flags)) return NOTHING;
    const { file, position } = descriptor;
    if (file.stale || file.descriptors > 1) return NOTHING;
    return file.bytes.subarray(position, Math.max(position, file.size));
  }

  /** Report that bytes of {@link readAhead} have been read. */
  advance(number: number, count: number): void {
    const descriptor = this.descriptors[number];
    if (descriptor?.kind === 'file') descriptor.position += count;
  }

  /**
   * How many bytes may be written at the end of an ordinary file that only this descriptor has
   * open, if it has been written before. Such writes can be collected, and come here together. 0 if
   * each write must come here.
   */
  room(number: number): number {
    const descriptor = this.descriptors[number];
    if (descriptor?.kind !== 'file' || !isWritten(descriptor.flags)) return 0;
    const { file, position } = descriptor;
    if (file.stale || !file.changed || file.descriptors > 1 || position !== file.size) return 0;
    return Math.max(0, Math.min(this.limit, LARGEST_FILE) - file.size);
  }

  /** lseek(2). */
  seek(number: number, offset: number, whence: number): number {
    const descriptor = this.get(number);
    if (descriptor.kind === 'device') return 0;
    if (descriptor.kind !== 'file' && descriptor.kind !== 'directory') throw errno('ESPIPE');
    if (descriptor.kind === 'file') this.opened.refresh(descriptor.file);
    const size = descriptor.kind === 'file' ? descriptor.file.size : 0;
    const origins = [0, descriptor.position, size];
    const origin = origins[whence];
    if (origin === undefined || origin + offset < 0) throw errno('EINVAL');
    descriptor.position = origin + offset;
    return descriptor.position;
  }

  close(number: number): void {
    const descriptor = this.get(number);
    this.descriptors[number] = undefined;
    this.closing.delete(number);
    this.letGo(descriptor);
  }

  private letGo(descriptor: Descriptor): void {
    if (descriptor.kind === 'output') this.flushOutput(descriptor);
    if (descriptor.kind === 'file') this.opened.release(descriptor.file);
    if (descriptor.kind === 'pipe') descriptor.pipe.close(isWritten(descriptor.flags));
  }

  /** dup(2), or dup2(2) when `to` is given. */
  duplicate(number: number, to?: number): number {
    const descriptor = this.get(number);
    if (to === number) return to;
    if (to !== undefined && (to < 0 || to >= MAX_DESCRIPTORS)) throw errno('EBADF');
    if (to !== undefined && this.descriptors[to] !== undefined) this.close(to);
    hold(descriptor);
    if (to === undefined) return this.install(descriptor);
    this.descriptors[to] = descriptor;
    return to;
  }

  /** F_DUPFD: makes a copy with the lowest free number that is not below `least`. */
  duplicateFrom(number: number, least: number, closes: boolean): number {
    const descriptor = this.get(number);
    if (least < 0 || least >= MAX_DESCRIPTORS) throw errno('EINVAL');
    const to = this.install(descriptor, least);
    hold(descriptor);
    if (closes) this.closing.add(to);
    return to;
  }

  /** pipe(2): the descriptors to read and to write. */
  pipe(flags: number): [reads: number, writes: number] {
    const pipe = new Pipe();
    const reads = this.installOpened({ kind: 'pipe', pipe, flags }, flags);
    const writes = this.installOpened({ kind: 'pipe', pipe, flags: flags | O_WRONLY }, flags);
    return [reads, writes];
  }

  closesOnExec(number: number): boolean {
    return this.closing.has(number);
  }

  setCloseOnExec(number: number, closes: boolean): void {
    this.get(number);
    if (closes) this.closing.add(number);
    else this.closing.delete(number);
  }

  /** F_SETFL. */
  setFlags(number: number, flags: number): void {
    const descriptor = this.get(number);
    if (!('flags' in descriptor)) return;
    descriptor.flags = (descriptor.flags & ~CHANGEABLE) | (flags & CHANGEABLE);
  }

  /** ftruncate(2). */
  truncate(number: number, size: number): void {
    const descriptor = this.get(number);
    if (descriptor.kind !== 'file' || !isWritten(descriptor.flags)) throw errno('EINVAL');
    const { file } = descriptor;
    this.opened.refresh(file);
    if (size > this.limit) throw errno('EFBIG');
    makeRoom(file, size, this.limit);
    if (size > file.size) file.bytes.fill(0, file.size, size);
    file.size = size;
    file.changed = true;
  }

  /** Give all that was written to the host: before another program starts, and at the end. */
  flush(): void {
    for (const descriptor of this.descriptors) {
      if (descriptor?.kind === 'output') this.flushOutput(descriptor);
    }
    this.opened.flush();
  }

  /** The standard streams for a program that is executed, if they differ from the host's own. */
  streams(): Inherited {
    const [input, ...outputs] = [0, 1, 2].map((number) => this.descriptors[number]);
    const [stdout, stderr] = outputs.map((descriptor, at) => this.output(descriptor, at + 1));
    return {
      stdin: input?.kind === 'input' && input.rest === undefined ? undefined : () => this.rest(),
      stdout,
      stderr,
    };
  }

  /** All bytes that can still be read from descriptor 0. */
  private rest(): Uint8Array {
    const descriptor = this.descriptors[0];
    if (descriptor === undefined) return new Uint8Array();
    if (descriptor.kind === 'device' && descriptor.name !== NULL) throw errno('EFBIG');
    if (!this.isInputComplete()) {
      throw new MachineError('blocked', 'its input is a pipe that others may still write to');
    }
    const bytes = new Uint8Array(this.readable(0) ?? 0);
    this.read(0, bytes);
    return bytes;
  }

  private output(
    descriptor: Descriptor | undefined,
    number: number,
  ): ((bytes: Uint8Array) => void) | undefined {
    if (descriptor?.kind === 'output' && descriptor.number === number) return undefined;
    // The new program's stream replaces the host's own; copies of its descriptor keep the old one.
    const { host } = this;
    for (const other of this.descriptors) {
      if (other?.kind !== 'output' || other.number !== number) continue;
      other.sink ??=
        number === 1 ? (bytes) => host.writeStdout(bytes) : (bytes) => host.writeStderr(bytes);
    }
    return (bytes) => {
      try {
        this.requireWritable(number);
      } catch {
        return; // the stream is closed: output to it is lost
      }
      this.write(number, bytes);
      this.flush(); // the program may start another one, which may read it
    };
  }

  /** The process has ended. */
  closeAll(): void {
    this.flush(); // also files that a parent has open, since this process may have written them
    for (let number = 0; number < this.descriptors.length; number++) {
      if (this.descriptors[number] !== undefined) this.close(number);
    }
  }

  private flushOutput(output: Descriptor & { kind: 'output' }): void {
    const bytes = output.pending.toBytes();
    if (bytes.length === 0) return;
    output.pending.length = 0;
    if (output.sink !== undefined) output.sink(bytes);
    else if (output.number === 1) this.host.writeStdout(bytes);
    else this.host.writeStderr(bytes);
  }

  private installOpened(descriptor: Descriptor, flags: number): number {
    const number = this.install(descriptor);
    if ((flags & O_CLOEXEC) !== 0) this.closing.add(number);
    return number;
  }

  private install(descriptor: Descriptor, least = 0): number {
    let number = least;
    while (this.descriptors[number] !== undefined) number++;
    if (number >= MAX_DESCRIPTORS) throw errno('EMFILE');
    this.descriptors[number] = descriptor;
    this.closing.delete(number);
    return number;
  }
}
