// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A machine before `int 0x80` → the system call as C would write it: `write(1, "Hello", 5)`.
 *
 * Names and arguments are those of Linux for the i386. Invariant: nothing in the machine changes.
 */
import type { Instruction, Machine } from '@stage0-ts/i386';

/**
 * `n`: a number; `o`: an octal number; `p`: an address; `s`: a text that ends with a 0; `t`: a text
 * whose length is the next argument.
 */
const CALLS: Readonly<Record<number, readonly [name: string, args: string]>> = {
  1: ['exit', 'n'],
  2: ['fork', ''],
  3: ['read', 'npn'],
  4: ['write', 'ntn'],
  5: ['open', 'sno'],
  6: ['close', 'n'],
  7: ['waitpid', 'npn'],
  8: ['creat', 'so'],
  10: ['unlink', 's'],
  11: ['execve', 'spp'],
  12: ['chdir', 's'],
  15: ['chmod', 'so'],
  19: ['lseek', 'nnn'],
  20: ['getpid', ''],
  33: ['access', 'sn'],
  38: ['rename', 'ss'],
  39: ['mkdir', 'so'],
  40: ['rmdir', 's'],
  45: ['brk', 'p'],
  60: ['umask', 'o'],
  122: ['uname', 'p'],
  183: ['getcwd', 'pn'],
};

/** Registers of the arguments: ebx, ecx, edx, esi, edi. */
const ARGUMENTS = [3, 1, 2, 6, 7];
const KERNEL = 0x80;
/** How many characters of a text are shown. */
const SHOWN = 24;

/** Undefined if the next instruction is not a system call. */
export function systemCall(machine: Machine, next: Instruction | undefined): string | undefined {
  if (next?.operation !== 'int' || ((next.operands[0]?.value ?? 0) & 0xff) !== KERNEL) {
    return undefined;
  }
  const { registers } = machine;
  const number = registers[0] as number;
  const [name, kinds] = CALLS[number] ?? [`call ${number >>> 0}`, 'nnn'];
  const values = ARGUMENTS.map((register) => registers[register] as number);
  const shown = [...kinds].map((kind, at) =>
    argument(machine, kind, values[at] ?? 0, values[at + 1] ?? 0),
  );
  return `${name}(${shown.join(', ')})`;
}

function argument(machine: Machine, kind: string, value: number, next: number): string {
  if (kind === 's') return quoted(machine, value, SHOWN * 4, true);
  if (kind === 't') return quoted(machine, value, next >>> 0, false);
  if (kind === 'p') return value === 0 ? '0' : `0x${(value >>> 0).toString(16)}`;
  if (kind === 'o') return `0${(value >>> 0).toString(8)}`;
  return String(value);
}

/** Text in memory, written like a string in C; the address if there is no text. */
function quoted(machine: Machine, address: number, length: number, untilNul: boolean): string {
  let text = '';
  for (let at = 0; at < length; at++) {
    const byte = machine.memory.byte(address + at);
    if (byte === undefined) return at === 0 ? `0x${(address >>> 0).toString(16)}` : `"${text}…"`;
    if (untilNul && byte === 0) break;
    if (at === SHOWN) return `"${text}…"`;
    text += escaped(byte);
  }
  return `"${text}"`;
}

function escaped(byte: number): string {
  const character = String.fromCharCode(byte);
  const named: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\t': '\\t',
    '"': '\\"',
    '\\': '\\\\',
  };
  if (named[character] !== undefined) return named[character];
  return byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}
