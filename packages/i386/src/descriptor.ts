// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a descriptor can stand for: a file whose content is held here, a directory, a device, an end
 * of a pipe, one of the host's streams.
 */
import type { ByteWriter } from '@stage0-ts/bytes';
import type { Pipe } from './pipe.ts';

export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_DIRECTORY = 0o200000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

/** The content of a file that is open at least once. */
export interface OpenedFile {
  path: string;
  bytes: Uint8Array;
  /** The host's own array with the content that was read last. Later changes are not in it. */
  source: Uint8Array | undefined;
  /** How many of `bytes` are content; the rest is room for growth. */
  size: number;
  /** True if it contains something that the host does not have yet. */
  changed: boolean;
  /** True if `bytes` belongs to the host, and must be copied before a change. */
  borrowed: boolean;
  /** True if another program has run since the file was read. */
  stale: boolean;
  /** True if the file no longer has a name. */
  removed: boolean;
  descriptors: number;
}

/** What a descriptor refers to. Its copies (by dup or fork) share one object. */
export type Descriptor =
  | { readonly kind: 'file'; file: OpenedFile; position: number; flags: number }
  | {
      readonly kind: 'directory';
      readonly path: string;
      position: number;
      /** The names in the directory at the time of the first getdents. */
      names?: readonly string[];
    }
  | { readonly kind: 'device'; readonly name: string; flags: number }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; flags: number }
  | { readonly kind: 'input'; rest: Uint8Array | undefined }
  | {
      readonly kind: 'output';
      readonly pending: ByteWriter;
      readonly number: 1 | 2;
      /** Where the bytes go, if they no longer go to the host of this process. */
      sink?: (bytes: Uint8Array) => void;
    };

const O_ACCESS = 3;
export const NULL = '/dev/null';
export const FULL = '/dev/full';
/** Processes here have no controlling terminal. */
export const TERMINAL = '/dev/tty';
/** Opening it makes a terminal, on systems that have a place for terminals. There is none here. */
export const TERMINALS = '/dev/ptmx';
export const RANDOM: ReadonlySet<string> = new Set(['/dev/random', '/dev/urandom']);
/** Devices by path, used where the host has no file. */
const DEVICES = new Set([NULL, FULL, TERMINAL, TERMINALS, '/dev/zero', ...RANDOM]);

/** True for the path of a device that exists on every host. */
export function isDevice(path: string): boolean {
  return DEVICES.has(path);
}

/** The names of the first descriptors. */
const STREAMS = ['/dev/stdin', '/dev/stdout', '/dev/stderr'];

/** The descriptor that a path names, as in /dev/fd/3. */
export function descriptorNamed(path: string): number | undefined {
  const [, number] = /^\/dev\/fd\/(\d+)$/.exec(path) ?? [];
  const stream = STREAMS.indexOf(path);
  if (number === undefined) return stream < 0 ? undefined : stream;
  return Number(number);
}

/** Count one more descriptor that refers to this. */
export function hold(descriptor: Descriptor | undefined): void {
  if (descriptor?.kind === 'file') descriptor.file.descriptors++;
  if (descriptor?.kind === 'pipe') descriptor.pipe.open(isWritten(descriptor.flags));
}

/** True if these flags of open allow reads. */
export function isRead(flags: number): boolean {
  return (flags & O_ACCESS) === 0 || (flags & O_ACCESS) === O_RDWR;
}

/** True if these flags of open allow writes. */
export function isWritten(flags: number): boolean {
  return (flags & O_ACCESS) === O_WRONLY || (flags & O_ACCESS) === O_RDWR;
}

/** Make `file.bytes` the file's own buffer, with room for `end` bytes. */
export function makeRoom(file: OpenedFile, end: number, limit: number): void {
  if (!file.borrowed && end <= file.bytes.length) return;
  const grown = new Uint8Array(Math.max(end, Math.min(limit, Math.max(file.size * 2, 4096))));
  grown.set(file.bytes.subarray(0, file.size));
  file.bytes = grown;
  file.borrowed = false;
}
