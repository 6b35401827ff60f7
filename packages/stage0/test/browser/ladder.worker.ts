// SPDX-License-Identifier: GPL-3.0-or-later
/** The ladder in a web worker: gets the tree, cross-checks it, posts what came out. */
import { MemoryFiles } from '@stage0-ts/host/memory';
import { check, checkDocument, machineEngine, PORTS } from '@stage0-ts/stage0';

/** Absolute path → content. */
export type LadderFiles = Readonly<Record<string, Uint8Array>>;

function load(contents: LadderFiles): MemoryFiles {
  const files = new MemoryFiles();
  for (const [path, bytes] of Object.entries(contents)) {
    files.createDirectories(path.slice(0, path.lastIndexOf('/')));
    files.writeFile(path, bytes, /^\/(tools|bootstrap-seeds)\//.test(path) ? 0o755 : 0o644);
  }
  return files;
}

addEventListener('message', (event: MessageEvent<LadderFiles>) => {
  const result = check(() => load(event.data), {
    engines: [PORTS, machineEngine()],
    partial: true, // its launchers start our ports in both builds
  });
  postMessage(checkDocument(result, { tree: 'ladder' }));
});
