// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * In a web worker: gets an engine's name and an archive, builds the tree, posts how long it took.
 */
import { build, machineEngine, PORTS, treeFromArchive } from '@stage0-ts/stage0';

addEventListener('message', ({ data: { engine, tarball } }) => {
  const start = performance.now();
  const files = treeFromArchive(tarball, 'release');
  const result = build(files, { engine: engine === 'i386' ? machineEngine() : PORTS });
  const wall = performance.now() - start;
  const answers = result.artifacts.filter(({ verdict }) => verdict === 'match').length;
  postMessage({ ok: result.ok, wall, answers, files: result.artifacts.length });
});
