// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The kernel that a proof assumes: system call in registers → result in eax, and what is seen from
 * outside.
 *
 * It has an input, which can be read, and an output, which does not exist until it is opened with
 * O_CREAT. A read of the input stops the program: the caller chooses the answer.
 * Invariant: what is seen is one text, with two digits for each byte of output, and anything else
 * in brackets; an ending begins with `!` if it is certain, and with `?` if the model cannot follow.
 */
import type { Interpreter, Memory } from '@stage0-ts/i386';

/** The arguments of every program that is explored. */
export const INPUT = 'in';
export const OUTPUT = 'out';

const READABLE = 1;
const WRITABLE = 2;
const O_CREAT = 0x40;
const O_ACCESS = 3;
const ENOENT = -2;
const EBADF = -9;
const EFAULT = -14;
/** Bytes of a file name. */
const MAX_NAME = 64;
/** Bytes that a program may write between two reads. */
const MAX_WRITTEN = 4096;

interface Descriptor {
  readonly name: string;
  readonly access: number;
}

/** Carries out the system calls of one program. */
export class Kernel {
  /** What was seen since {@link begin}. */
  seen = '';
  /** How the program ended, or why it cannot be followed. */
  ending: string | undefined;
  /** True while the program waits in a read of the input. */
  waits = false;
  /** The most bytes that a read has asked for. */
  mostAsked = 0;
  /** Files may be opened until the first read. */
  opening = true;
  private atEnd = false;
  private readonly memory: Memory;
  private readonly descriptors: Descriptor[] = [];

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** @param atEnd true if the input is at its end, where it stays. */
  begin(atEnd: boolean): void {
    this.seen = '';
    this.ending = undefined;
    this.waits = false;
    this.atEnd = atEnd;
  }

  /** `int 0x80`. */
  systemCall(cpu: Interpreter): void {
    const [eax = 0, ecx = 0, edx = 0, ebx = 0] = cpu.registers;
    let result = 0;
    if (eax === 1) this.ending = `!exit ${ebx & 0xff}`;
    else if (eax === 3) result = this.read(ebx, ecx, edx >>> 0);
    else if (eax === 4) result = this.write(ebx, ecx, edx >>> 0);
    else if (eax === 5 && this.opening) result = this.open(ebx, ecx, edx);
    else this.ending = `?makes system call ${eax >>> 0}`;
    cpu.registers[0] = result;
  }

  private open(address: number, flags: number, mode: number): number {
    const name = this.name(address);
    const creates = (flags & O_CREAT) !== 0;
    this.seen += `[open ${name} ${flags >>> 0}${creates ? ` mode ${(mode & 0o7777).toString(8)}` : ''}]`;
    if (name !== INPUT && (name !== OUTPUT || !creates)) return ENOENT;
    this.descriptors.push({ name, access: flags & O_ACCESS });
    return 2 + this.descriptors.length;
  }

  private read(fd: number, address: number, count: number): number {
    const file = this.descriptors[fd - 3];
    if (fd === 0) return 0;
    if (file === undefined || file.access === 1 || file.access === 3) return EBADF;
    if (file.name === OUTPUT) {
      this.ending = '?reads its output';
      return 0;
    }
    this.mostAsked = Math.max(this.mostAsked, count);
    if (count === 0 || this.atEnd) return 0;
    if (this.memory.offset(address, 1, WRITABLE) < 0) return EFAULT;
    this.waits = true;
    return 0;
  }

  private write(fd: number, address: number, count: number): number {
    const file = this.descriptors[fd - 3];
    if (fd !== 1 && fd !== 2) {
      if (file === undefined || (file.access !== 1 && file.access !== 2)) return EBADF;
    }
    if (count === 0) return 0;
    const size = this.memory.reachable(address, Math.min(count, 0x7ffff000), READABLE);
    if (size === 0) return EFAULT;
    if (this.seen.length + size > MAX_WRITTEN) {
      this.ending = `?writes more than ${MAX_WRITTEN} bytes between two reads`;
      return 0;
    }
    const bytes = hexText(this.memory.slice(address, size));
    this.seen += file?.name === OUTPUT ? bytes : `[to ${file?.name ?? fd}: ${bytes}]`;
    return size;
  }

  private name(address: number): string {
    let text = '';
    for (let at = address; text.length < MAX_NAME; at++) {
      const byte = this.memory.byte(at);
      if (byte === undefined) return 'an invalid name';
      if (byte === 0) return text;
      text += byte > 32 && byte < 127 ? String.fromCharCode(byte) : '?';
    }
    return text;
  }
}

/** Bytes in the notation in which a program's output is recorded. */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
