// SPDX-License-Identifier: GPL-3.0-or-later
/** The ladder in Chromium: every port and the i386 machine, in a web worker. */
import type { CheckDocument } from '@stage0-ts/stage0';
import { expect, it } from 'vitest';
import { commands } from 'vitest/browser';
import type { LadderFiles } from './ladder.worker.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Path in the ladder → content in base 64; see vitest.config.ts. */
    readLadder: () => Promise<Record<string, string>>;
  }
}

async function ladder(): Promise<LadderFiles> {
  const contents: Record<string, Uint8Array> = {};
  for (const [path, base64] of Object.entries(await commands.readLadder())) {
    contents[path] = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  }
  return contents;
}

it('gives the same files in both engines, and every answer', async () => {
  const files = await ladder();
  const worker = new Worker(new URL('./ladder.worker.ts', import.meta.url), { type: 'module' });
  const document = await new Promise<CheckDocument>((resolve, reject) => {
    worker.onmessage = (event: MessageEvent<CheckDocument>) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(files);
  });
  worker.terminate();
  expect(document.divergence).toBeNull();
  expect(document.artifacts.filter(({ ok }) => !ok)).toEqual([]);
  expect(document.artifacts.length).toBe(53);
  expect(document.ok).toBe(true);
});
