// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Messages that say what to do next: what is known, what was tried, what a word is called today.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { TOOLS } from '@stage0-ts/stage0';
import { describe, expect, it } from 'vitest';

/** What a tool prints that fails in a folder with `sources`. */
function failure(line: string, sources: Readonly<Record<string, string>> = {}): string {
  const files = new MemoryFiles();
  for (const [name, text] of Object.entries(sources)) {
    files.createDirectories(`/${name}`.slice(0, name.lastIndexOf('/') + 1));
    files.writeFile(`/${name}`, encodeUtf8(text), 0o644);
  }
  let stderr = '';
  const host = new MemoryHost({
    files,
    stderr: (bytes) => {
      stderr += Buffer.from(bytes).toString();
    },
  });
  const argv = line.split(' ');
  expect(TOOLS[argv[0] as string]?.(argv, host)).toBe(1);
  return stderr;
}

describe('an option without its value', () => {
  it.each(['M2-Planet -A', 'M2-Mesoplanet -A', 'M1 --architecture', 'hex2 -A'])('%s', (line) => {
    expect(failure(line)).toMatch(/: one of knight-native, knight-posix, x86, amd64, .*riscv64/);
  });
});

describe('a C function that is declared only', () => {
  it('is named as such where the linker does not find it', () => {
    const stderr = failure('hex2 -A x86 -B 0x8048000 --little-endian -f in.hex2', {
      'in.hex2': ':FUNCTION_main\n%FUNCTION_gone\n',
    });
    expect(stderr).toBe(
      "in.hex2:2:1: error: undefined label 'FUNCTION_gone'\n  %FUNCTION_gone\n  ^\n" +
        '  hint: the C function gone is declared and used, but not defined\n',
    );
  });
});

describe('an option of older releases', () => {
  it.each([
    ['M1 --LittleEndian', 'it is --little-endian since mescc-tools 1.0'],
    ['hex2 --BaseAddress', 'it is --base-address since mescc-tools 1.0'],
    ['hex2 --exec_enable', 'leave it out: it was dropped, and outputs are executable'],
    ['blood-elf --BigEndian', 'it is --big-endian since mescc-tools 1.0'],
  ])('%s', (line, hint) => {
    expect(failure(line)).toContain(`  hint: ${hint}\n`);
  });
});

describe('a file that M2-Mesoplanet cannot include', () => {
  const include = (text: string) => failure('M2-Mesoplanet -A x86 -E -f in.c', { 'in.c': text });

  it('of the library is named with its path and the variable that gives it', () => {
    expect(include('#include <stdio.h>\nint a;\n')).toBe(
      'in.c:1:1: error: unable to read file: <stdio.h> (tried ./M2libc/stdio.h)\n' +
        '  #include <stdio.h>\n  ^\n' +
        '  hint: set M2LIBC_PATH to the folder of M2libc\n',
    );
  });

  it('of its own is named with all paths', () => {
    const line = 'M2-Mesoplanet -A x86 -E -I lib -f sub/in.c';
    const stderr = failure(line, { 'sub/in.c': '#include "gone.h"\n' });
    expect(stderr).toContain('"gone.h" (tried gone.h, sub/gone.h, lib/gone.h)\n');
  });

  it('that a condition skips is reported as skipped', () => {
    const hint = /hint: every #include is read before any condition/;
    expect(include('#if 0\n#include <gone.h>\n#endif\n')).toMatch(hint);
    expect(include('#ifdef A\n#endif\n#include <gone.h>\n')).not.toMatch(hint);
  });
});

describe('C without a last line feed', () => {
  it.each(['M2-Planet -A x86 -f in.c', 'M2-Mesoplanet -A x86 -E -f in.c'])('%s', (line) => {
    const stderr = failure(line, { 'in.c': 'int main() { return 0; }' });
    expect(stderr).toMatch(
      /^in\.c:1:\d+: error: the (last line|file) must end in a (line feed|newline)/,
    );
  });
});
