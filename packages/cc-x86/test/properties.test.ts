// SPDX-License-Identifier: GPL-3.0-or-later
/** What must hold for every program, known or not. */
import { encodeLatin1 as bytes } from '@stage0-ts/bytes';
import { compile } from '@stage0-ts/cc-x86';
import { ToolError } from '@stage0-ts/diagnostics';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const text = (program: string) => Buffer.from(compile(bytes(program))).toString('latin1');

const PROLOGUE = 'struct s { int a; char* b; }; int g; int f(int p, struct s* q, char* r) ';
const words = [
  ...['{', '}', '(', ')', '[', ']', ';', ',', '=', '+', '*', '/', '%', '<', '==', '&&', '-', '!'],
  ...['if', 'else', 'while', 'do', 'for', 'break', 'return', 'asm', 'goto', 'sizeof', 'enum'],
  ...['int', 'char', 'struct', 's', 'f', 'g', 'p', 'q', 'r', '->', 'a', 'b', 'x', 'x:', '7'],
  ...['"text"', '"\\x4"', "'c'", "'\\n'", '"S:"'],
];
const body = fc.array(fc.constantFrom(...words), { maxLength: 40 });

/** Expressions that compile after PROLOGUE. */
const { expression } = fc.letrec<{ expression: string; operand: string }>((tie) => ({
  operand: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('p', 'g', '7', "'c'", '"t"', 'q->a', 'q->b', 'r[1]', 'sizeof(struct s)'),
    tie('expression').map((inner) => `( ${inner} )`),
    tie('expression').map((inner) => `f( 1 , ${inner} )`),
    tie('expression').map((inner) => `r[ ${inner} ]`),
  ),
  expression: fc
    .array(
      fc.tuple(fc.constantFrom('+', '-', '*', '<<', '<', '==', '&', '||', '^'), tie('operand')),
      {
        maxLength: 3,
      },
    )
    .map((tail) => ['p', ...tail.flat()].join(' ')),
}));

it('throws nothing but ToolError', () => {
  const attempt = (program: Uint8Array) => {
    try {
      compile(program);
    } catch (error) {
      expect(error).toBeInstanceOf(ToolError);
      expect((error as ToolError).line).toBeGreaterThan(0);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), attempt), { numRuns: 500 });
  fc.assert(
    fc.property(body, (list) => attempt(bytes(`${PROLOGUE}{${list.join(' ')}`))),
    { numRuns: 2000 },
  );
});

it('does not look at what is between tokens', () => {
  fc.assert(
    fc.property(expression, (e) => {
      const program = `${PROLOGUE}{ g = ${e} ; return ${e} ; }`;
      const spread = program.replaceAll(' ', ' /* ; */ // "\n\t# {\n');
      expect(text(spread)).toBe(text(program));
    }),
  );
});

it('compiles a function alone as it compiles it among others', () => {
  const before = 'int f(int p, int q, char* r); char* r; int h(int p) { while(p) p = p - 1; }\n';
  fc.assert(
    fc.property(expression, (e) => {
      const alone = `${PROLOGUE}{ if( ${e} ) { int y = ${e} ; return y ; } }`;
      const code = (program: string) => {
        const all = text(program);
        const start = all.indexOf('# Defining function f\n');
        return all.slice(start, all.indexOf('\n# Program global'));
      };
      expect(code(before + alone)).toBe(code(alone));
    }),
  );
});

it('pops what it pushes', () => {
  fc.assert(
    fc.property(expression, (e) => {
      const program = text(`${PROLOGUE}{ int y ; while( ${e} ) { int z = ${e} ; y = z ; } }`);
      expect(program.match(/^push_/gm)?.length).toBe(program.match(/^pop_/gm)?.length);
    }),
  );
});
