// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What --strict warns of goes wrong in the machine, and what goes right is not warned of.
 *
 * Each program shows by its exit status whether it was compiled as C: the number beside it. That
 * upstream's own binary makes the same programs is what the vectors and the cross-check hold.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { formatWarning, type ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { type Architecture, compile, type DialectName, m2Planet } from '@stage0-ts/m2-planet';
import { describe, expect, it } from 'vitest';
import { runC } from './run-x86.ts';

function compiled(text: string, architecture: Architecture = 'x86', dialect?: DialectName) {
  const warnings: ToolError[] = [];
  const files = [{ name: 'in.c', bytes: encodeUtf8(text) }];
  const options = { architecture, dialect };
  const output = compile(files, { ...options, warnings: (warning) => warnings.push(warning) });
  expect(Buffer.from(output).equals(compile(files, options))).toBe(true);
  return warnings;
}

const program = (body: string, before = '') => `${before}\nint main()\n{\n${body}\n}\n`;

const STRUCT =
  'struct s { int m; int n; char c; short h; char a[4]; int w[3]; struct s* next; };\n';
const ID = 'int id(int x) { return x; }\n';
const COUNT = 'int n;\nint count() { n = n + 1; return 1; }\nint zero() { return 0; }\n';

/** code, body, what C returns, the text before main */
const WRONG: readonly [string, string, number, string?][] = [
  ['address-of-element', 'int a[4]; int* p; a[1] = 7; p = &a[1]; return p[0];', 7],
  ['address-of-element', 'int* p; g[1] = 7; p = &g[1]; return p[0];', 7, 'int g[4];'],
  [
    'address-of-element',
    'struct s a; struct s* p; int* q; p = &a; p->n = 7; q = &p->n; return q[0];',
    7,
    STRUCT,
  ],
  ['address-of-element', 'struct s a; int* q; a.n = 7; q = &a.n; return q[0];', 7, STRUCT],
  ['array-as-value', 'int a[4]; int* p; a[0] = 7; p = a; return p[0];', 7],
  ['array-as-value', 'int a[4]; a[0] = 7; return f(a);', 7, 'int f(int* p) { return p[0]; }'],
  ['array-as-value', 'struct s a; int* p; a.w[1] = 7; p = a.w; return p[1];', 7, STRUCT],
  [
    'array-as-value',
    'struct s a; struct s* p; p = &a; char* q; a.h = 0; q = p->a; return q == (&a) + 11;',
    1,
    STRUCT,
  ],
  ['pointer-lost', 'int a[2]; FUNCTION f; a[1] = 7; f = id; return f(a[1]);', 7, ID],
  ['pointer-lost', 'int x; FUNCTION f; x = 3; f = id; return f(x * 2);', 6, ID],
  ['pointer-lost', 'int x; FUNCTION f; x = 14; f = id; return f(x / 2);', 7, ID],
  [
    'pointer-lost',
    'FUNCTION f; FUNCTION h; f = twice; h = id; return f(h(7));',
    14,
    `${ID}int twice(int x) { return x + x; }`,
  ],
  [
    'pointer-lost',
    'FUNCTION f; f = id; return f(twice(7));',
    14,
    `${ID}int twice(int x) { return x * 2; }`,
  ],
  ['step-of-member', 'struct s a; struct s* p; p = &a; p->n = 7; p->n++; return p->n;', 8, STRUCT],
  ['step-of-member', 'struct s a; struct s* p; p = &a; p->n = 7; ++p->n; return p->n;', 8, STRUCT],
  ['step-of-member', 'struct s a; a.n = 7; a.n++; return a.n;', 8, STRUCT],
  ['step-of-member', 'struct s a; a.n = 7; --a.n; return a.n;', 6, STRUCT],
  ['step-of-global', 'g = 7; g++; return g;', 8, 'int g;'],
  ['step-of-global', 'g = 7; --g; return g;', 6, 'int g;'],
  ['step-of-global', 'static int g = 7; g++; return g;', 8],
  ['step-of-element', 'int a[4]; int* p; p = &a; p[1] = 7; p[1]++; return p[1];', 8],
  ['step-of-element', 'int a[4]; int* p; p = &a; p[1] = 7; ++p[1]; return p[1];', 8],
  ['step-of-element', 'char* a; char** p; a = "xyz"; p = &a; p[0]++; return p[0][0] == 121;', 1],
  ['step-of-element', 'int q; char* c; c = &q; c[1] = 255; c[2] = 9; c[1]++; return c[2];', 9],
  ['step-of-value', 'int a; int* p; a = 7; p = &a; (*p)++; return a;', 8],
  ['step-assigned', 'int a[2]; int* p; p = &a; *p++ = 7; return a[0];', 7],
  ['wide-read', 'char a[4]; a[1] = 7; a[2] = 9; return a[1] == 7;', 1],
  ['wide-read', 'a[1] = 7; a[2] = 9; return a[1] == 7;', 1, 'short a[4];'],
  ['wide-read', 'int q; unsigned char* c; c = &q; c[0] = 7; c[1] = 9; return c[0] == 7;', 1],
  ['wide-compound', 'struct s a; a.h = 0x7fff; a.c = 8; a.c >>= 1; return a.c;', 4, STRUCT],
  ['array-of-pointers', 'char* a[3]; a[0] = "a"; a[1] = "b"; char* z; z = a[1]; return z[0];', 98],
  ['array-of-pointers', 'char* z; z = a[1]; return z[0];', 98, 'char* a[] = {"a", "b"};'],
  ['prefix-first', 'int a[4]; a[1] = 7; return -a[1] + 20;', 13],
  ['prefix-first', 'struct s a; struct s* p; p = &a; p->n = 7; return -p->n + 20;', 13, STRUCT],
  ['prefix-first', 'int q[2]; char* p; p = &q; p[1] = 7; return (int)p[1];', 7],
  ['star-first', 'int b; int* a[3]; b = 7; a[1] = &b; return *a[1];', 7],
  ['star-first', 'int b; int* a[3]; int** p; b = 7; p = &a; p[1] = &b; return *p[1];', 7],
  ['double-not', 'int x; x = 7; return !!x;', 1],
  ['cast-keeps-value', 'int x; x = 0x107; return (char)x == 7;', 1],
  ['cast-keeps-value', 'return f((short)0x10007);', 1, 'int f(int x) { return x == 7; }'],
  ['bad-number', 'return 10U;', 10],
  ['bad-number', 'return 0x10L;', 16],
  ['bad-number', 'return X;', 10, 'enum { X = 10U };'],
  ['bad-character', "return 'ab' == 'a';", 0],
  ['not-short-circuit', 'if (zero() && count()) return 9; return n;', 0, COUNT],
  ['not-short-circuit', 'if (count() || count()) return n; return 9;', 1, COUNT],
  ['not-short-circuit', 'int x; x = 1; if ((x == 1) || (x = 5)) return x; return 9;', 1],
  ['bitwise-and', 'int a; int b; a = 2; b = 1; if (a && b) return 1; return 0;', 1],
  ['bitwise-and', 'int a; a = 4; if ((a & 4) && (a == 4)) return 1; return 0;', 1],
  ['bitwise-or', 'int a; int b; a = 2; b = 5; return a * 2 || b;', 1],
  ['bitwise-or', 'int a; int b; a = 2; b = (a | 4) || a; return b;', 1],
  ['bitwise-or', 'int* p; int x; p = &x; x = 1; return (p || x) == 1;', 1],
  ['bitwise-or', 'int* p; int x; p = &x; x = 1; return id(p || x) == 1;', 1, ID],
  ['not-guarded', 'char* p; p = 0; if ((p != 0) && (p[0] == 1)) return 1; return 0;', 0],
  ['not-guarded', 'int d; d = 0; if ((d == 0) || (10 / d == 1)) return 1; return 0;', 1],
  ['grouping', 'int a; a = 1; if (a == 1 || a == 1 && a == 2) return 1; return 0;', 1],
  ['grouping', 'return 4 | 6 & 1;', 4],
  ['grouping', 'return 7 ^ 6 & 1;', 7],
  ['grouping', 'return 1 == 2 < 2;', 0],
  ['grouping', 'int a[9 - 3 - 2]; return sizeof(a);', 16],
  ['unscaled', 'int q[2]; int* p; int* r; p = &q; p[1] = 7; r = p + 1; return r[0];', 7],
  ['unscaled', 'int q[2]; int* p; int* r; p = &q; p[1] = 7; r = 1 + p; return r[0];', 7],
  ['unscaled', 'int q[2]; int* p; int* r; p = &q; r = p; r += 1; return r - p;', 1],
  ['unscaled', 'int* r; g[1] = 7; r = g + 1; return r[0];', 7, 'int g[4];'],
  ['sign-lost', 'struct s a; struct s* p; p = &a; p->c = -1; return p->c == -1;', 1, STRUCT],
  ['sign-lost', 'g = -7; return g == -7;', 1, 'short g;'],
  ['size-of-first', 'char c = 1, *p = "x"; return p[0] == 120;', 1],
  [
    'last-case',
    'int x; int n; n = 0; x = 1; switch (x) { case 1: n = n + 1; if (n > 5) return n; f(); } ' +
      'return n;',
    1,
    'int f() { return 1 + 1; }',
  ],
  ['member-size', 'return sizeof(struct t);', 12, 'struct t { char* a[3]; };'],
  ['member-size', 'return sizeof(struct t);', 4, 'struct t { char (*f)(int); };'],
];

/** body, what C returns, the text before main; there is no warning for any of these */
const RIGHT: readonly [string, number, string?][] = [
  ['int x; int* p; x = 7; p = &x; return p[0];', 7],
  ['int* p; g[0] = 7; p = g; return p[0];', 7, 'int g[4];'],
  ['int a[4]; return f(&a);', 7, 'int f(int* p) { p[0] = 7; return p[0]; }'],
  ['int a[4]; a[1] = 7; a[1]++; ++a[1]; return a[1];', 9],
  ['int x; int y; x = 7; y = x++; --x; return y * 16 + x;', 119],
  ['int a[2]; int* p; p = &a; p[1] = 7; p++; return *p;', 7],
  ['int a[2]; int* p; int x; p = &a; p[0] = 7; x = *p++; return x;', 7],
  ['int q[2]; int* p; p = &q; p[1] = 7; p += 1; return p[0];', 7],
  ['char* s; int i; s = "abc"; i = 1; return s[i];', 98],
  ['char* p; p = "xy"; p = p + 1; return p[0];', 121],
  ['struct s a; struct s* p; p = &a; p->w[1] = 7; p->n = 2; p->n += 2; return p->w[1];', 7, STRUCT],
  ['struct s a; struct s* p; int* q; p = &a; p->w[1] = 7; q = p->w; return q[1];', 7, STRUCT],
  ['struct s a; a.w[1] = 7; a.c = -1; return a.w[1] + (a.c == -1);', 8, STRUCT],
  ['struct s a; struct s* p; p = &a; p->n = 7; return !p->n;', 0, STRUCT],
  ['int x; FUNCTION f; x = 6; f = id; return f(x + 1);', 7, ID],
  ['FUNCTION a[2]; a[1] = id; return a[1](7);', 7, ID],
  ['int a; a = 2; if ((a == 2) && (a < 3) && !(a > 5)) return 1; return 0;', 1],
  ['int* p; int x; p = &x; x = 1; if (p || x) x = 2; while (!(p || x)) x = 3; return x;', 2],
  ['int a; a = 2; return (a == 1) || (a == 2);', 1],
  ['int flag; flag = 1; if (flag && (3 == 3)) return 1; return 0;', 1],
  ['if (is(1) || is(2)) return 1; return 0;', 1, 'int is(int x) { return x == 2; }'],
  ['int x; x = 0x107; char c; c = (char)x; return c == 7;', 1],
  ['int x; x = 8; switch (x) { case 8: x = 1; break; case 9: x = 2; break; } return x;', 1],
  ['int q[3]; int* p; int* r; p = &q; p[2] = 7; r = p + (2 * sizeof(int)); return r[0];', 7],
  ['unsigned char* c; int q; c = &q; c[0] = 7; c[1] = 9; return 0xFF & c[0];', 7],
  ['return 20 - 3 * 2 - 1 + (4 & 1 | 2);', 15],
  ["return 'a' + '\\n' + 010 - 0x10;", 99],
  ['int a = 1, b = 2; return a + b;', 3],
];

describe('what upstream compiles to something other than C means', () => {
  it.each(WRONG)('%s: %s', (code, body, meant, before) => {
    const text = program(body, before);
    expect(compiled(text).map((warning) => warning.code)).toContain(code);
    expect(runC(text)).not.toBe(meant);
  });

  it.each(RIGHT)('not in %s', (body, meant, before) => {
    const text = program(body, before);
    expect(compiled(text).map((warning) => warning.message)).toEqual([]);
    expect(runC(text)).toBe(meant);
  });

  it('loses a function pointer to a product on x86 only', () => {
    const text = program('int x; FUNCTION f; x = 3; f = id; return f(x * 2);', ID);
    for (const architecture of ['amd64', 'aarch64', 'riscv32', 'knight-posix'] as const) {
      expect(compiled(text, architecture)).toEqual([]);
    }
  });
});

/** code, body, what C returns, the text before main: what only the newer dialect gets wrong */
const NEWER_WRONG: typeof WRONG = [
  ['address-of-element', 'int a[4]; int* p; int* q; p = &a; a[1] = 7; q = &p[1]; return *q;', 7],
  [
    'step-of-member',
    'struct s a; struct s* p; p = &a; p->c = 5; p->h = 9; return p->c++ == 5;',
    1,
    STRUCT,
  ],
  ['grouping', 'return X;', 7, 'enum { X = 2 * 3 + 1 };'],
  ['grouping', 'int a[10 - 2 * 3 + 1]; return sizeof(a);', 20],
];

const NEWER_RIGHT: typeof RIGHT = [
  ['int a[4]; int* p; a[2] = 7; p = a; return p[2];', 7],
  ['char a[4]; char* p; a[2] = 7; p = a; return p[2];', 7],
  ['int a[4]; a[0] = 7; return *a;', 7],
  ['int a[4]; *a = 7; return a[0];', 7],
  ['int a[4]; int* p; a[2] = 7; p = &a[2]; return *p;', 7],
  ['struct s a[3]; struct s* p; p = &a[2]; p->n = 7; return a[2].n;', 7, STRUCT],
  ['struct s a; struct s* p; p = &a; p->n = 7; p->n++; return p->n;', 8, STRUCT],
  ['struct s a; int x; a.n = 7; x = a.n--; return a.n * 16 + x;', 103, STRUCT],
  [
    'struct s* p; struct s a; int x; int y; p = &a; p->next = p; x = p; p->next++; ' +
      'y = p->next; return y - x;',
    31,
    STRUCT,
  ],
  ['int a[2]; FUNCTION f; a[1] = 7; f = id; return f(id(a[1] * 2));', 14, ID],
  ['FUNCTION f; f = id; return f(f(f(7))) + f(1 + 2 * 3);', 14, ID],
  ['num* p; int x; int y; p = 64; x = p; p++; y = p; return y - x;', 4, 'typedef int num;'],
  ['; if (1) ; else return 1; for (1; 0; 1) ; return X;', 6, 'enum { X = 2 * 3 };'],
];

describe('the dialect of 01a9ea5', () => {
  const DIALECT = '01a9ea5';

  it.each(WRONG)('warns of %s exactly where it goes wrong: %s', (code, body, meant, before) => {
    const text = program(body, before);
    const codes = compiled(text, 'x86', DIALECT).map((warning) => warning.code);
    expect({ warns: codes.includes(code) }).toEqual({ warns: runC(text, DIALECT) !== meant });
  });

  it.each(NEWER_WRONG)('%s: %s', (code, body, meant, before) => {
    const text = program(body, before);
    const codes = compiled(text, 'x86', DIALECT).map((warning) => warning.code);
    expect(codes).toContain(code);
    expect(runC(text, DIALECT)).not.toBe(meant);
  });

  it.each([...RIGHT, ...NEWER_RIGHT])('not in %s', (body, meant, before) => {
    const text = program(body, before);
    expect(compiled(text, 'x86', DIALECT).map((warning) => warning.message)).toEqual([]);
    expect(runC(text, DIALECT)).toBe(meant);
  });
});

describe('a warning', () => {
  it('has a place, a caret and a reason', () => {
    const [warning] = compiled('int f(int* p)\n{\n\treturn p + 1;\n}\n');
    expect(formatWarning(warning as ToolError, 'M2-Planet')).toBe(
      'in.c:3:11: warning: + counts bytes, not elements of 4\n   return p + 1;\n            ^\n',
    );
  });

  it('comes once for a macro', () => {
    const text = '#define NEXT(p) (p + 1)\nint f(int* p) { return NEXT(p) + NEXT(p); }\n';
    expect(compiled(text).length).toBe(1);
  });

  it('is reported by --strict, and the output is the same', () => {
    const files = new MemoryFiles();
    files.writeFile('/in.c', encodeUtf8('int g;\nint main() { g++; return g; }\n'), 0o644);
    const run = (...options: string[]) => {
      let stderr = '';
      const host = new MemoryHost({
        files,
        stderr: (bytes) => {
          stderr += Buffer.from(bytes).toString();
        },
      });
      const argv = ['M2-Planet', '-A', 'x86', ...options, '-f', 'in.c', '-o', 'out'];
      return { status: m2Planet(argv, host), stderr, output: host.readFile('out') };
    };
    const plain = run();
    const strict = run('--strict');
    expect(plain).toMatchObject({ status: 0, stderr: '' });
    expect(strict).toMatchObject({ status: 0, output: plain.output });
    expect(strict.stderr).toMatch(/^in\.c:2:15: warning: \+\+ of the global g /);
  });
});
