// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The whole x86 chain in a web worker: gets the release's archive, builds it in the i386 machine,
 * posts what came out.
 */
import { type Artifact, build, machineEngine, treeFromArchive } from '@stage0-ts/stage0';

export interface ChainResult {
  readonly ok: boolean;
  readonly artifacts: readonly Artifact[];
}

addEventListener('message', (event: MessageEvent<Uint8Array>) => {
  const files = treeFromArchive(event.data, 'release');
  const { ok, artifacts } = build(files, { engine: machineEngine() });
  postMessage({ ok, artifacts } satisfies ChainResult);
});
