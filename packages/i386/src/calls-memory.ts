// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * System calls about memory: mmap of private memory, empty or with the content of a file, munmap,
 * mprotect, mremap.
 *
 * The machine chooses the address. It ignores an address that the program suggests, and MAP_FIXED,
 * which demands one, gives ENOMEM. Translated code sees the new rights after the call: see
 * runner.ts.
 */
import { type Call, type CallContext, done, wordAt } from './call-context.ts';
import { errno } from './errno.ts';
import { PAGE, READABLE, roundUp, WRITABLE } from './memory.ts';

const [PROT_READ, PROT_WRITE] = [1, 2];
const [MAP_SHARED, MAP_FIXED, MAP_ANONYMOUS] = [1, 0x10, 0x20];
const MAY_MOVE = 1;

/** The i386 has no separate right to execute, and memory that can be written can be read. */
function rightsOf(protection: number): number {
  if ((protection & PROT_WRITE) !== 0) return READABLE | WRITABLE;
  return (protection & (PROT_READ | 4)) !== 0 ? READABLE : 0;
}

function map(
  context: CallContext,
  size: number,
  protection: number,
  flags: number,
  fd: number,
  offset: number,
): number {
  const wanted = roundUp(size >>> 0);
  if (wanted === 0) throw errno('EINVAL');
  const isAnonymous = (flags & MAP_ANONYMOUS) !== 0;
  if (!isAnonymous) requireMappable(context, fd, flags);
  if ((flags & MAP_FIXED) !== 0) throw errno('ENOMEM');
  const address = context.memory.map(wanted, rightsOf(protection));
  if (address === 0) throw errno('ENOMEM');
  if (!isAnonymous) fillFrom(context, fd, offset, address, size);
  return address | 0;
}

/**
 * Only private copies of files are supported, because changes are not passed on between file and
 * memory.
 */
function requireMappable(context: CallContext, fd: number, flags: number): void {
  const { kind } = context.files.get(fd);
  if (kind !== 'file' || (flags & MAP_SHARED) !== 0) throw errno('ENODEV');
}

function fillFrom(
  { files, memory }: CallContext,
  fd: number,
  offset: number,
  address: number,
  size: number,
): void {
  const before = files.seek(fd, 0, 1);
  files.seek(fd, offset, 0);
  const count = Math.min(size, files.readable(fd) ?? 0);
  const place = memory.place(address);
  files.read(fd, memory.bytes.subarray(place, place + count));
  files.seek(fd, before, 0);
}

const mapByPages: Call = (context, _address, size, protection, flags, fd) =>
  map(context, size, protection, flags, fd, (context.sixth >>> 0) * PAGE);

/** The older mmap reads its arguments from memory. */
const mapByBlock: Call = (context, block) => {
  const argument = (at: number) => wordAt(context, block + at * 4);
  const offset = argument(5) >>> 0;
  if (offset % PAGE !== 0) throw errno('EINVAL');
  return map(context, argument(1), argument(2), argument(3), argument(4), offset);
};

const unmap: Call = (context, address, size) =>
  done(() => {
    if ((address & (PAGE - 1)) !== 0 || size === 0) throw errno('EINVAL');
    context.memory.unmap(address >>> 0, size >>> 0);
  });

const protect: Call = (context, address, size, protection) =>
  done(() => {
    if ((address & (PAGE - 1)) !== 0) throw errno('EINVAL');
    if (!context.memory.protect(address >>> 0, size >>> 0, rightsOf(protection))) {
      throw errno('ENOMEM');
    }
  });

const remap: Call = (context, address, oldSize, size, flags) => {
  const { memory } = context;
  const [old, wanted] = [roundUp(oldSize >>> 0), roundUp(size >>> 0)];
  const from = address >>> 0;
  if (wanted <= old) {
    memory.unmap(from + wanted, old - wanted);
    return address;
  }
  if ((flags & MAY_MOVE) === 0) throw errno('ENOMEM');
  if (memory.offset(from, Math.max(1, old), READABLE) < 0) throw errno('EFAULT');
  const to = memory.map(wanted, READABLE | WRITABLE);
  if (to === 0) throw errno('ENOMEM');
  const place = memory.place(from);
  memory.willChange(memory.place(to), old);
  memory.bytes.copyWithin(memory.place(to), place, place + old);
  memory.unmap(from, old);
  return to | 0;
};

/** Call numbers and their functions. */
export const MEMORY_CALLS: readonly (readonly [number: number, call: Call])[] = [
  [90, mapByBlock],
  [91, unmap],
  [125, protect],
  [163, remap],
  [192, mapByPages],
  [219, () => 0], // madvise
];
