// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The tree of test-vectors/ladder, bundled with the page: a small chain to try without upstream's
 * release.
 */
import type { LadderFiles } from './protocol.ts';

/** Path from this file → data URL. */
const URLS: Readonly<Record<string, string>> = import.meta.glob(
  '../../../../test-vectors/ladder/**/*',
  {
    query: '?url&inline',
    import: 'default',
    eager: true,
  },
);
const ROOT = '../../../../test-vectors/ladder';

/** Path in the ladder → content. */
export async function ladderFiles(): Promise<LadderFiles> {
  const files = Object.entries(URLS).map(async ([path, url]) => {
    const response = await fetch(url);
    return [path.slice(ROOT.length), new Uint8Array(await response.arrayBuffer())] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}
