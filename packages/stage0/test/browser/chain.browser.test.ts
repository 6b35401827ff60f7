// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The whole x86 chain in Chromium, from the seed, in a web worker. STAGE0_POSIX names the release's
 * tarball.
 */
import { readAnswers } from '@stage0-ts/stage0';
import { expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import type { ChainResult } from './chain.worker.ts';

/** Minutes, because the machine may be busy; otherwise it takes seconds. */
const TIMEOUT = 600_000;

declare module 'vitest/browser' {
  interface BrowserCommands {
    /**
     * The release in base 64 with the digests and modes of its chain, if STAGE0_POSIX names it; see
     * vitest.config.ts.
     */
    readRelease: () => Promise<{ tarball: string; sha256: string; modes: string } | null>;
  }
}

const release = await commands.readRelease();
if (release === null) {
  console.warn(
    '\n*** DID NOT RUN: the x86 chain in Chromium. Set STAGE0_POSIX to the tarball of stage0-posix 1.9.1. ***\n',
  );
}

it.skipIf(release === null)(
  'gives every answer, artifact and mode',
  async () => {
    const { tarball, sha256, modes } = release as NonNullable<typeof release>;
    const worker = new Worker(new URL('./chain.worker.ts', import.meta.url), { type: 'module' });
    const { ok, artifacts } = await new Promise<ChainResult>((resolve, reject) => {
      worker.onmessage = (event: MessageEvent<ChainResult>) => resolve(event.data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(Uint8Array.from(atob(tarball), (byte) => byte.charCodeAt(0)));
    });
    worker.terminate();
    const answers = artifacts.filter(({ expected }) => expected !== null);
    expect(answers.length).toBe(19);
    expect(answers.filter(({ verdict }) => verdict !== 'match')).toEqual([]);
    const made = artifacts.map(({ path, sha256 }) => [path, sha256] as const);
    const expected = readAnswers(new TextEncoder().encode(sha256), 'sha256');
    expect(expected.size).toBe(73);
    expect(new Map(made)).toEqual(new Map(expected));
    const madeModes = artifacts.map(({ path, mode }) => {
      return `${mode.toString(8).padStart(4, '0')}  ${path}`;
    });
    expect(madeModes.sort()).toEqual(modes.trim().split('\n').sort());
    expect(ok).toBe(true);
  },
  TIMEOUT,
);
