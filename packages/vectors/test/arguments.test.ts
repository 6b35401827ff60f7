// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Every public core says what it expected when it is called from JavaScript with something else.
 */
import { footer } from '@stage0-ts/blood-elf';
import { compile as compileBootstrap } from '@stage0-ts/cc-x86';
import { assemble as hex0 } from '@stage0-ts/hex0';
import { assemble as hex1 } from '@stage0-ts/hex1';
import { link, linkMinimal } from '@stage0-ts/hex2';
import { readMinimalCommands, scriptWarnings } from '@stage0-ts/kaem';
import { expand, expandMinimal } from '@stage0-ts/m1';
import { preprocess } from '@stage0-ts/m2-mesoplanet';
import { compile } from '@stage0-ts/m2-planet';
import {
  bunzip2,
  concatenate,
  gunzip,
  readTar,
  replaceBytes,
  sha256,
  unxzBytes,
} from '@stage0-ts/mescc-tools-extra';
import { describe, expect, it } from 'vitest';

/** A core, and its name. */
type Core = (input: unknown, options?: unknown) => unknown;

const CORES = {
  ...{ hex0, hex1, linkMinimal, expandMinimal, compileBootstrap, gunzip, bunzip2, unxzBytes },
  ...{ link, expand, compile, preprocess, footer, readTar, sha256, replaceBytes, scriptWarnings },
  concatenate: (input: never) => concatenate([input]),
  readMinimalCommands: (input: never) => readMinimalCommands(input).next(),
} as unknown as Readonly<Record<string, Core>>;

describe.each(Object.entries(CORES))('%s', (_name, core) => {
  it.each<[unknown, string]>([
    ['text', 'string'],
    [undefined, 'undefined'],
    [7, 'number'],
  ])('refuses %j', (input, got) => {
    expect(() => core(input)).toThrow(TypeError);
    expect(() => core(input)).toThrow(new RegExp(`: expected .*, got ${got}$`));
  });
});

it.each(['link', 'expand', 'compile'])(
  '%s refuses an architecture that it does not know',
  (name) => {
    expect(() => CORES[name]?.([], { architecture: 'vax' })).toThrow(
      /^architecture: expected one of knight-native, .*, got "vax"$/,
    );
  },
);
