// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The machine name of uname → stage0's name for the architecture, and its options.
 *
 * Behaviour defined by mescc-tools/get_machine.c of stage0-posix 1.9.1.
 */

const I386: ReadonlySet<string> = new Set(['i386', 'i486', 'i586', 'i686', 'i686-pae']);
const WIDE: ReadonlySet<string> = new Set(['aarch64', 'amd64', 'ppc64le', 'riscv64', 'x86_64']);

const LOAD_ADDRESSES: ReadonlyMap<string, string> = new Map([
  ['aarch64', '0x400000'],
  ['armv7l', '0x10000'],
  ['amd64', '0x600000'],
  ['x86_64', '0x600000'],
  ['ppc64le', '0x10000'],
  ['riscv64', '0x600000'],
]);

/** `i686` → `x86`, `x86_64` → `amd64`; other names are unchanged. */
export function stage0Architecture(machine: string): string {
  if (I386.has(machine)) return 'x86';
  return machine === 'x86_64' ? 'amd64' : machine;
}

/** blood-elf's option for the machine: `--64` or nothing. */
export function bloodOption(machine: string): string {
  return WIDE.has(machine) ? '--64' : '';
}

/**
 * The option of M1 and hex2 for the machine. Quirk kept: an unknown machine counts as big-endian,
 * and so does armv7l.
 */
export function endianOption(machine: string): string {
  return WIDE.has(machine) || I386.has(machine) ? '--little-endian' : '--big-endian';
}

/** hex2's base address for the machine. */
export function loadAddress(machine: string): string {
  if (I386.has(machine)) return '0x08048000';
  return LOAD_ADDRESSES.get(machine) ?? '0x0';
}
