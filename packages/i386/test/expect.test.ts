// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A few i386 instructions → the WebAssembly that the translator makes of them, in test/expect. A
 * change of the translator shows there as a change of text; `npx --no vitest run
 * packages/i386/test/expect.test.ts --update` accepts it.
 */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { translationText, UNCOUNTED } from '../src/translate/dump.ts';
import type { TranslationOptions } from '../src/translate/program.ts';
import { CODE, DATA, elf, exit, word } from './guest.ts';

/** Name → the function's code. */
const FUNCTIONS: Readonly<Record<string, readonly number[]>> = {
  'registers: mov, add': [0xb8, ...word(1), 0x01, 0xc8, 0xc3],
  'the stack: push, pop': [0x50, 0xb8, ...word(5), 0x5b, 0xc3],
  'a frame: variables by ebp': [
    ...[0x55, 0x89, 0xe5, 0x83, 0xec, 0x08], // push ebp; mov ebp, esp; sub esp, 8
    ...[0x89, 0x45, 0xfc, 0x8b, 0x45, 0xf8, 0xc9, 0xc3],
  ],
  'a pointer: load': [0x8b, 0x03, 0xc3],
  'a pointer: store of a byte': [0x88, 0x03, 0xc3],
  'a constant address': [0xa1, ...word(DATA), 0xa3, ...word(DATA + 4), 0xc3],
  'a truth value: cmp, setl, movzx': [0x39, 0xc8, 0x0f, 0x9c, 0xc0, 0x0f, 0xb6, 0xc0, 0xc3],
  'a branch: test, je': [0x85, 0xc0, 0x74, 0x01, 0x40, 0xc3],
  'a loop: dec, jne': [0x49, 0x75, 0xfd, 0xc3],
  'a loop that holds a variable': [
    ...[0x89, 0xe6, 0x83, 0xec, 0x04], // mov esi, esp; sub esp, 4
    ...[0xff, 0x4e, 0xfc, 0x75, 0xfb], // dec [esi-4]; jne back to it
    ...[0x89, 0xf4, 0xc3],
  ],
  'a call that keeps a frame pointer': [
    ...[0x55, 0x89, 0xe5, 0xe8, ...word(5)], // push ebp; mov ebp, esp; call
    ...[0x5d, 0x8b, 0x45, 0xfc, 0xc3], // pop ebp; mov eax, [ebp-4]; ret
    ...[0x31, 0xc0, 0xc3], // xor eax, eax; ret
  ],
  'a loop with two ways in': [
    ...[0x85, 0xc0, 0x74, 0x01, 0x40, 0x49, 0x75, 0xfc, 0xc3], // test; je +1; inc; dec; jne
  ],
  'a call of itself': [0x48, 0x74, 0x05, 0xe8, ...word(-8), 0xc3],
  'a call of itself, with the frame set by the caller': [
    ...[0x8b, 0x45, 0xfc, 0x85, 0xc0, 0x74, 0x10], // mov eax, [ebp-4]; test eax, eax; je to ret
    ...[0x57, 0x55, 0x89, 0xe7, 0x48, 0x50], // push edi; push ebp; mov edi, esp; dec; push eax
    ...[0x89, 0xfd, 0xe8, ...word(-20)], // mov ebp, edi; call
    ...[0x5b, 0x5d, 0x5f, 0xc3], // pop ebx; pop ebp; pop edi; ret
  ],
  'a system call': [0xb8, ...word(3), 0xcd, 0x80, 0xc3],
  'what the interpreter does: rcl': [0xd1, 0xd0, 0xc3],
};

/** A program that calls the function, reads no flags of it, and ends. */
function program(code: readonly number[]): { image: Uint8Array; address: number } {
  const end = [0x31, 0xd2, ...exit(0)]; // xor edx, edx
  return {
    image: elf([0xe8, ...word(end.length), ...end, ...code]),
    address: CODE + 5 + end.length,
  };
}

function text(
  code: readonly number[],
  options: Partial<TranslationOptions> = { inline: false },
): string {
  const { image, address } = program(code);
  const lines = translationText(image, address, { ...UNCOUNTED, ...options });
  return `${(lines ?? ['is not translated']).join('\n')}\n`;
}

function fileOf(name: string): string {
  return `expect/${name.replaceAll(/[^a-z]+/g, '-')}.wat`;
}

describe('the WebAssembly of', () => {
  it.each(Object.entries(FUNCTIONS))('%s', async (name, code) => {
    await expect(text(code)).toMatchFileSnapshot(fileOf(name));
  });

  it('a loop with instructions counted', async () => {
    const loop = FUNCTIONS['a loop: dec, jne'] as readonly number[];
    await expect(text(loop, { metering: 'instructions' })).toMatchFileSnapshot(
      fileOf('a loop with instructions counted'),
    );
  });

  it('a call of a function that is copied', async () => {
    const call = FUNCTIONS['a call that keeps a frame pointer'] as readonly number[];
    await expect(text(call, { inline: true })).toMatchFileSnapshot(
      fileOf('a call of a function that is copied'),
    );
  });

  it('nothing, where no function has an instruction', () => {
    const { image } = program([0xc3]);
    expect(translationText(image, 0x1000)).toBeUndefined();
  });
});

describe('docs/how-it-works.md', () => {
  it('has the text of its example', () => {
    const read = (path: string) => fs.readFileSync(new URL(path, import.meta.url), 'utf8');
    const example = read('expect/a-branch-test-je.wat');
    expect(read('../docs/how-it-works.md')).toContain(`\`\`\`text\n${example}\`\`\`\n`);
  });
});
