// SPDX-License-Identifier: GPL-3.0-or-later
/** What must hold for every source, known or not. */
import { encodeLatin1 as bytes } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import { type PreprocessOptions, preprocess } from '@stage0-ts/m2-mesoplanet';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const run = (text: string, options: PreprocessOptions = {}) =>
  Buffer.from(preprocess([{ name: 'm.c', bytes: bytes(text) }], options).bytes).toString('latin1');

const HEADER = '// #FILENAME m.c 1\n';
/** The lines of a result that contain text of the source. */
const lines = (text: string) =>
  text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('// #FILENAME'));

/**
 * Whole tokens of C, none of which is a directive or a macro; and some bytes that have no meaning
 * in C.
 */
const token = fc.oneof(
  fc.constantFrom(
    ...['int', 'x', '_y', '__M2__', '42', '0x1F', 'label:', '(', ')', '{', '}', ',', ';', '$', '@'],
    ...[
      '+',
      '++',
      '+=',
      '-',
      '->',
      '*',
      '*=',
      '/',
      '/=',
      '<',
      '<<=',
      '&&',
      '|',
      '!',
      '^',
      '%',
      '~',
    ],
    ...['"text"', '"\\"#define"', "'c'", "'\\''", '/* #if\n"*/', '// it\'s "\n', '\x80\xff'],
  ),
  fc.stringMatching(/^[a-w]{1,6}$/).map((name) => `${name}_`),
);
const text = fc
  .array(fc.tuple(token, fc.constantFrom(' ', '\t', '\n', '  \n')), { maxLength: 30 })
  .map((pairs) => `${pairs.flat().join('')}\n`);

/** Names that do not occur in the texts above. */
const names = fc.uniqueArray(fc.stringMatching(/^[XYZ][A-Z0-9]{0,4}$/), {
  minLength: 2,
  maxLength: 12,
});

it('reproduces a text without directives and macros after the line that names it', () => {
  fc.assert(
    fc.property(text, (source) => {
      expect(run(source)).toBe(HEADER + source);
    }),
  );
});

it('puts an included text in place of its #include, with its name in front', () => {
  fc.assert(
    fc.property(text, text, text, (before, inner, after) => {
      const readFile = (path: string) => (path === 'i.h' ? bytes(inner) : undefined);
      const line = `${before}\n`.split('\n').length;
      expect(run(`${before}\n#include "i.h"\n${after}`, { readFile })).toBe(
        `${HEADER}${before}\n// #FILENAME "i.h" 1\n${inner}// #FILENAME m.c ${line + 1}\n\n\n${after}`,
      );
    }),
  );
});

it('expands a chain of macros to its end, in whatever order it was defined', () => {
  const chain = names.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(chain, token, ([list, order], end) => {
      fc.pre(!end.startsWith('/'));
      const definitions = order.map((name) => {
        const next = list[list.indexOf(name) + 1] ?? end;
        return `#define ${name} ${next}\n`;
      });
      for (const name of list) {
        expect(lines(run(`${definitions.join('')}<${name} >\n`))).toEqual(lines(`<${end} >`));
      }
    }),
  );
});

it('treats a macro like its text in the same place', () => {
  fc.assert(
    fc.property(text, fc.array(token, { minLength: 1, maxLength: 4 }), (source, expansion) => {
      fc.pre(!expansion.some((part) => part.startsWith('/') || part === '*' || part === '*='));
      const value = expansion.join(' ');
      const uses = source.replaceAll('x ', 'MACRO ');
      const defined = run(`#define MACRO ${value}\n${uses}`);
      expect(defined).toBe(`${HEADER}\n${uses.replaceAll('MACRO ', `${value} `)}`);
      expect(run(uses, { defines: [['MACRO', 'x']] })).toBe(HEADER + source);
    }),
  );
});

it('forgets what was undefined, and uncovers the earlier definition', () => {
  fc.assert(
    fc.property(names, (list) => {
      const define = list.map((_, index) => `#define MACRO ${index}\nMACRO\n`).join('');
      const undo = '#undef MACRO\nMACRO\n'.repeat(list.length);
      const numbers = list.map((_, index) => String(index));
      expect(lines(run(define + undo))).toEqual([
        ...numbers,
        ...numbers.reverse().slice(1),
        'MACRO',
      ]);
    }),
  );
});

/**
 * A line of text, or an #if with its branches. Each branch begins with text: if the first thing in
 * a branch is an #if, upstream, and so our port, processes it even if the branch is not taken.
 */
type Block = string | { conditions: boolean[]; branches: Block[][]; otherwise: Block[] };

const { block } = fc.letrec<{ block: Block; blocks: Block[] }>((tie) => ({
  blocks: fc.array(tie('block'), { maxLength: 3 }).map((inner) => ['first;', ...inner]),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(999).map((n) => `line${n};`),
    fc
      .array(fc.tuple(fc.boolean(), tie('blocks')), { minLength: 1, maxLength: 3 })
      .chain((branches) =>
        tie('blocks').map((otherwise) => ({
          conditions: branches.map(([condition]) => condition),
          branches: branches.map(([, inner]) => inner),
          otherwise,
        })),
      ),
  ),
}));

function written(part: Block): string {
  if (typeof part === 'string') return `${part}\n`;
  const branches = part.branches.map((inner, index) => {
    const condition = part.conditions[index] ? 'YES' : 'NO';
    return `${index === 0 ? '#if' : '#elif'} ${condition}\n${inner.map(written).join('')}`;
  });
  return `${branches.join('')}#else\n${part.otherwise.map(written).join('')}#endif\n`;
}

function chosen(part: Block): string[] {
  if (typeof part === 'string') return [part];
  const index = part.conditions.indexOf(true);
  return ((index < 0 ? part.otherwise : part.branches[index]) ?? []).flatMap(chosen);
}

it('takes the first branch of each #if that is true, however they nest', () => {
  const tree = fc.array(block, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(tree, (parts) => {
      const source = `#define YES 1\n#define NO 0\n${parts.map(written).join('')}end;\n`;
      expect(lines(run(source))).toEqual([...parts.flatMap(chosen), 'end;']);
    }),
    { numRuns: 500 },
  );
});

it('throws nothing but ToolError, which says where', () => {
  const words = [
    ...['#define', '#undef', '#if', '#ifdef', '#ifndef', '#elif', '#else', '#endif', '#error'],
    ...['#warning', '#include', '#pragma', '#FILENAME', '"i.h"', '<i.h>', 'defined', 'A', 'B', 'f'],
    ...[
      '(',
      ')',
      ',',
      '1',
      '0',
      '-7',
      '+',
      '*',
      '/',
      '%',
      '<<',
      '==',
      '!',
      '&&',
      '"s"',
      '/*',
      '*/',
    ],
    ...['//', ' ', '\t', '\n', '\n', '\n#define f(A) A\n', '\n#define A B\n', '\0', '"'],
  ];
  const attempt = (source: string) => {
    const readFile = (path: string) => (path.endsWith('i.h') ? bytes('#define A 1\n') : undefined);
    try {
      const once = run(source, { readFile });
      expect(run(source, { readFile })).toBe(once);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      expect(error.line).toBeGreaterThan(0);
      expect(error.column).toBeGreaterThan(0);
    }
  };
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 });
  fc.assert(
    fc.property(soup, (list) => attempt(list.join(''))),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (source) =>
      attempt(Buffer.from(source).toString('latin1')),
    ),
    { numRuns: 500 },
  );
});
