// SPDX-License-Identifier: GPL-3.0-or-later
/** The compiler as one whose `>>` is logical builds it: riscv32's first-stage M2. */
import { decodeLatin1, encodeUtf8 } from '@stage0-ts/bytes';
import { type CompileOptions, compile } from '@stage0-ts/m2-planet';
import { describe, expect, it } from 'vitest';

const run = (text: string, options: CompileOptions = {}): string =>
  decodeLatin1(
    compile([{ name: 'in.c', bytes: encodeUtf8(text) }], { architecture: 'riscv32', ...options }),
  );

const LARGE = 'int f() { return 0x80000000; }\n';
const SHIFTED = '#if (0 - 1) >> 1 == (0 - 1)\nint arithmetic;\n#else\nint logical;\n#endif\n';
const NEGATIVE = 'char a[] = {-1};\n';

describe('logicalShiftRight', () => {
  it('changes the upper part of a large constant', () => {
    expect(run(LARGE)).toContain('rd_a0 ~-2 lui\nrd_a0 rs1_a0 !-2 addi\n');
    expect(run(LARGE, { logicalShiftRight: true })).toContain(
      'rd_a0 ~2 lui\nrd_a0 rs1_a0 !2 addi\n',
    );
  });

  it('changes #if', () => {
    expect(run(SHIFTED)).toContain(':GLOBAL_arithmetic');
    expect(run(SHIFTED, { logicalShiftRight: true })).toContain(':GLOBAL_logical');
  });

  it('refuses a number whose digit would be outside of the table', () => {
    expect(() => run(NEGATIVE)).not.toThrow();
    expect(() => run(NEGATIVE, { logicalShiftRight: true })).toThrow('outside of its table');
  });

  it('changes nothing else', () => {
    const text = 'int f(int a) { return (a >> 2) + 0x3fffffff; }\n';
    for (const architecture of ['x86', 'amd64', 'aarch64', 'riscv32', 'riscv64'] as const) {
      const plain = run(text, { architecture });
      expect(run(text, { architecture, logicalShiftRight: true })).toBe(plain);
    }
  });
});
