// SPDX-License-Identifier: GPL-3.0-or-later
/** Every vector in Chromium, but those that are for Node or the native binaries alone. */
import type { Program } from '@stage0-ts/host';
import { TOOLS } from '@stage0-ts/stage0';
import { checkOutcome, type PackedCase, runInMemory, unpackCase } from '@stage0-ts/vectors/memory';
import { describe, expect, it } from 'vitest';
import { commands } from 'vitest/browser';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** The cases of every tool; see vitest.config.ts. */
    readVectors: () => Promise<Record<string, PackedCase[]>>;
  }
}

const cases = await commands.readVectors();

it('every tool has cases', () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(TOOLS).sort());
});

describe.each(Object.entries(cases))('%s', (tool, packed) => {
  const here = packed.filter(
    ({ settings }) => settings.implementations?.includes('source') ?? true,
  );
  it.each(here.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { vector, expected } = unpackCase(one);
    const outcome = runInMemory(vector, TOOLS[tool] as Program, TOOLS);
    checkOutcome(vector.settings, expected, outcome);
  });
});
