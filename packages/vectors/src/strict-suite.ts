// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Tests of --strict, the same for every tool that has it: what upstream accepts silently is an
 * error at its place, or a warning there, and nothing else is.
 */
import { encodeLatin1 } from '@stage0-ts/bytes';
import type { FindingOptions } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import { expect, it } from 'vitest';

/** A source that --strict rejects, the place, and the code of the error. */
export type StrictCase = readonly [text: string, line: number, column: number, code: string];

/** Runs a core with these options. Returns the output. */
export type StrictCore = (source: Uint8Array, options: FindingOptions) => unknown;

/** Whether the text is refused, what it is turned into, and the places with warnings. */
export function findingsOf(core: StrictCore, text: string): readonly string[] {
  const found: string[] = [];
  const source = encodeLatin1(text);
  const output = core(source, {
    warnings: ({ line, column, code }) => found.push(`${line}:${column} ${code}`),
  });
  expect(output).toEqual(core(source, {}));
  return found;
}

/**
 * With `strict`, each case must be an error at its place; without it, the case must be accepted,
 * and the first warning must be for the same place.
 */
export function strictSuite(tool: string, core: StrictCore, cases: readonly StrictCase[]): void {
  it.each(cases)(`${tool} refuses %j`, (text, line, column, code) => {
    const source = encodeLatin1(text);
    const error = expect.objectContaining({ line, column, code });
    expect(() => core(source, { strict: true })).toThrow(error);
    expect(findingsOf(core, text)[0]).toBe(`${line}:${column} ${code}`);
  });
}

/** `text` has nothing suspicious, so it must give the same result with and without `strict`. */
export function expectSameWhenStrict(core: StrictCore, text: string): void {
  const source = encodeLatin1(text);
  expect(core(source, { strict: true })).toEqual(core(source, {}));
  expect(findingsOf(core, text)).toEqual([]);
}

/**
 * Run a program with `text` as its file `in`. Returns the error that it prints, and whether `out`
 * exists.
 */
export function runOnSource(
  program: Program,
  argv: readonly string[],
  text: string,
): { status: number; stderr: string; hasOutput: boolean } {
  const files = new MemoryFiles();
  files.writeFile('/in', encodeLatin1(text), 0o644);
  let stderr = '';
  const host = new MemoryHost({
    files,
    stderr: (bytes) => {
      stderr += Buffer.from(bytes).toString();
    },
  });
  const status = program(argv, host);
  return { status, stderr, hasOutput: host.stat('/out') !== undefined };
}
