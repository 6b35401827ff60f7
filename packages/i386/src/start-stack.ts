// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The stack that a program finds at its start: arguments, environment and the auxiliary vector →
 * bytes at the top of the address space, and the first esp.
 *
 * Laid out as create_elf_tables() and copy_strings() of Linux's fs/binfmt_elf.c and fs/exec.c do on
 * a 64-bit kernel that starts a 32-bit program, with addresses not randomised and without a vdso
 * (as booted with `vdso32=0`). From the top down: a null word of 8 bytes, the path, environment and
 * argument strings, `i686` and 16 "random" bytes, the auxiliary vector, the pointers, argc.
 * Invariant: the same arguments make the same bytes.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { Executable } from './elf.ts';
import { MachineError } from './errors.ts';
import { type Memory, PAGE, STACK_END, WRITABLE } from './memory.ts';

/** Names of auxiliary entries (include/uapi/linux/auxvec.h). */
const AT = {
  NULL: 0,
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  PLATFORM: 15,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  HWCAP2: 26,
  RSEQ_FEATURE_SIZE: 27,
  RSEQ_ALIGN: 28,
  EXECFN: 31,
  MINSIGSTKSZ: 51,
} as const;

/** What cpuid reports on a usual x86-64 processor. */
const HARDWARE = 0x178bfbff;
/** The processor has fsgsbase, but not mwait in ring 3. */
const HARDWARE_2 = 2;
/** Size of a signal frame, with the registers of AVX-512. */
const SIGNAL_STACK = 0xd30;
const PLATFORM = 'i686';
/** The kernel's bytes are random. Ours are always the same, so that runs can be repeated. */
const RANDOM = Uint8Array.from({ length: 16 }, (_, at) => (at * 0x9d + 0x35) & 0xff);
/** Arguments and environment may fill one quarter of the stack. */
const STRINGS_SHARE = 4;

/**
 * Build the stack in `memory`, and return the first esp. Throws MachineError `bad-image` if the
 * strings are too long.
 */
export function buildStack(
  memory: Memory,
  executable: Executable,
  argv: readonly string[],
  environment: readonly string[],
  path: string,
): number {
  const writer = new StackWriter(memory, path);
  writer.skip(8);
  const name = writer.text(path);
  // The kernel copies the last string first. Pointers are in the usual order.
  const environmentAt = environment.map(() => 0);
  for (let at = environment.length - 1; at >= 0; at--) {
    environmentAt[at] = writer.text(environment[at] as string);
  }
  const argvAt = argv.map(() => 0);
  for (let at = argv.length - 1; at >= 0; at--) argvAt[at] = writer.text(argv[at] as string);
  writer.align();
  const platform = writer.text(PLATFORM);
  const random = writer.bytes(RANDOM);
  const auxiliary = [
    [AT.MINSIGSTKSZ, SIGNAL_STACK],
    [AT.HWCAP, HARDWARE],
    [AT.PAGESZ, PAGE],
    [AT.CLKTCK, 100],
    [AT.PHDR, executable.headers],
    [AT.PHENT, 32],
    [AT.PHNUM, executable.headerCount],
    [AT.BASE, 0],
    [AT.FLAGS, 0],
    [AT.ENTRY, executable.entry],
    [AT.UID, 0],
    [AT.EUID, 0],
    [AT.GID, 0],
    [AT.EGID, 0],
    [AT.SECURE, 0],
    [AT.RANDOM, random],
    [AT.HWCAP2, HARDWARE_2],
    [AT.EXECFN, name],
    [AT.PLATFORM, platform],
    [AT.RSEQ_FEATURE_SIZE, 0x1c],
    [AT.RSEQ_ALIGN, 0x20],
    [AT.NULL, 0],
  ].flat();
  const pointers = [argv.length, ...argvAt, 0, ...environmentAt, 0];
  writer.skip(auxiliary.length * 4 + pointers.length * 4);
  writer.align();
  writer.words([...pointers, ...auxiliary]);
  return writer.at;
}

/** Writes downwards from the end of the stack. */
class StackWriter {
  /** Guest address of the bytes that were written last. */
  at = STACK_END;
  private readonly memory: Memory;
  private readonly path: string;

  constructor(memory: Memory, path: string) {
    this.memory = memory;
    this.path = path;
  }

  skip(size: number): void {
    this.at -= size;
    if (STACK_END - this.at > this.memory.layout.stackSize / STRINGS_SHARE) {
      throw new MachineError('bad-image', 'too many arguments for the stack', this.path);
    }
  }

  /** Move to a multiple of 16. */
  align(): void {
    this.skip(this.at % 16);
  }

  bytes(bytes: Uint8Array): number {
    this.skip(bytes.length);
    this.memory.bytes.set(bytes, this.offset());
    return this.at;
  }

  text(text: string): number {
    return this.bytes(encodeUtf8(`${text}\0`));
  }

  /** Write upwards, into the room that {@link skip} made. */
  words(words: readonly number[]): void {
    const offset = this.offset();
    words.forEach((word, at) => {
      this.memory.view.setUint32(offset + at * 4, word, true);
    });
  }

  private offset(): number {
    return this.memory.offset(this.at, 1, WRITABLE);
  }
}
