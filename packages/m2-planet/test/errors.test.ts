// SPDX-License-Identifier: GPL-3.0-or-later
/** What the vectors do not reach: the fields of an error, and the callbacks of the core. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { type CompileOptions, compile } from '@stage0-ts/m2-planet';
import { describe, expect, it } from 'vitest';

const run = (text: string, options: CompileOptions = {}) =>
  compile([{ name: 'in.c', bytes: encodeUtf8(text) }], { architecture: 'x86', ...options });

const failure = (text: string, options: CompileOptions = {}): ToolError => {
  try {
    run(text, options);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('it compiled');
};

describe('errors', () => {
  it('have a place, a code and a frame', () => {
    const error = failure('int f()\n{\n\treturn missing;\n}\n');
    expect(error).toMatchObject({ code: 'undefined', file: 'in.c', line: 3, column: 9 });
    expect(error.frame).toBe('   return missing;\n          ^\n');
  });

  it('are at the line that #FILENAME gives, with the column of the bytes', () => {
    const error = failure('#FILENAME other.c 40\nint a;\n\n  foo x;\n');
    expect(error).toMatchObject({ file: 'other.c', line: 42, column: 3, offset: 31 });
  });

  it('name what is in place of a variable, whatever it is', () => {
    for (const token of ['")', '"(', '"[', '"(a+)+b', '"\\\\']) {
      const error = failure(`int f(int* x) { return 1 + *${token}" ; }\n`);
      expect(error).toMatchObject({ code: 'undefined', line: 1, column: 29 });
    }
  });

  it('within a macro are at its definition', () => {
    const error = failure('#define BAD (1 + nothing)\nint f() { return BAD; }\n');
    expect(error).toMatchObject({ line: 1, column: 18 });
    expect(error.hint).toBe('out of the macro BAD, used at in.c:2:18');
    const outer = failure('#define F(x) (x + BAD)\n#define BAD (gone)\nint f() { return F(1); }\n');
    expect(outer).toMatchObject({ line: 2, column: 14 });
    expect(outer.hint).toBe('out of the macro BAD, used at in.c:3:18');
  });

  it('of a name are at the name, wherever the parser is', () => {
    for (const use of [
      'gone',
      'gone + 1',
      'gone(1)',
      'gone[1]',
      'gone->a',
      '*gone',
      '&gone',
      'gone = 1',
    ]) {
      const text = `int f()\n{\n\t${use};\n}\n`;
      expect(failure(text)).toMatchObject({ line: 3, column: 2 + use.indexOf('gone') });
    }
  });

  it('of a constant that a comment defined say how to define it', () => {
    const text = '// CONSTANT WIDTH 80\nint f() { return WIDTH; }\n';
    expect(failure(text).hint).toBe('comments no longer define constants: write #define WIDTH 80');
  });

  it('of an include say where it was looked for', () => {
    const options = { expandIncludes: true, includePaths: ['lib'] };
    const found = failure('int a;\n#include "sub/gone.h"\nint b;\n', options);
    expect(found.message).toBe(
      'Unable to find include file: sub/gone.h ' +
        '(tried sub/gone.h, lib/sub/gone.h, ./M2libc/sub/gone.h)',
    );
  });

  it('are TypeErrors where the caller is wrong', () => {
    const compileAny = compile as (files: unknown, options?: unknown) => unknown;
    expect(() => compileAny('int main() {}')).toThrow(
      new TypeError('the sources: expected an array of { name, bytes }, got string'),
    );
    expect(() => compileAny([{ name: 'a.c', bytes: 'int a;' }])).toThrow(
      new TypeError('source 0 a.c: expected Uint8Array, got string'),
    );
    expect(() =>
      compileAny([{ name: 'a.c', bytes: new Uint8Array() }], { architecture: 'z80' }),
    ).toThrow(/^architecture: expected one of knight-native, .*, got "z80"$/);
  });

  it('say what is wrong in upstream’s words', () => {
    expect(failure('int f() { if 1; }\n').message).toBe('ERROR in process_if MISSING (');
    expect(failure('struct s; struct s x; int f() { struct s y; }\n').message).toBe(
      "Usage of struct 's' without definition (forward declaration only).",
    );
  });

  it('come for every cut of a program, never a crash', () => {
    const program =
      'struct s { int a; union { int b; }; char c[4]; };\nenum { A = 1, B };\n' +
      '#define M(x, y) (x + y)\nint g[2] = {1};\nint f(struct s* p, int n)\n{\n' +
      '\tswitch(n) { case A: n = M(1, 2); break; default: n = p->a; }\n' +
      '\tfor(n = 0; n < 3; n++) do { n = sizeof(p); } while(n);\n\treturn f(p, "x" "y");\n}\n';
    run(program);
    for (let length = 0; length < program.length; length++) {
      try {
        run(program.slice(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(ToolError);
      }
    }
  });
});

describe('callbacks', () => {
  it('asks for includes by path, in order', () => {
    const asked: string[] = [];
    const readInclude = (path: string) => {
      asked.push(path);
      return path === 'M/two.h' ? encodeUtf8('int two;\n') : undefined;
    };
    const image = run('int a;\n#include "two.h"\nint b;\n', {
      expandIncludes: true,
      includePaths: ['L', 'M'],
      readInclude,
    });
    expect(asked).toEqual(['two.h', 'L/two.h', 'M/two.h']);
    expect(Buffer.from(image).toString()).toContain(':GLOBAL_two\n');
  });

  it('receives warnings', () => {
    const warnings: string[] = [];
    run('#warning int a;\n', { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(['in.c:1: warning: #warning int a ; \n']);
  });
});
