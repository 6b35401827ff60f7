// SPDX-License-Identifier: GPL-3.0-or-later
/** The work behind the chain's page: a tree comes in, is built by both engines and compared, and is asked about. */
import { formatError, ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import {
  check,
  checkDocument,
  Explainer,
  layOut,
  machineEngine,
  portsAndMachine,
  treeDigest,
  treeFromArchive,
} from '@stage0-ts/stage0';
import type { LadderFiles, Reply, Request } from './protocol.ts';

/** Milliseconds between two messages about progress. */
const PROGRESS_EVERY = 50;

/** The tree that was built last. */
let built: { readonly files: MemoryFiles; readonly explainer: Explainer } | undefined;

function reply(message: Reply): void {
  postMessage(message);
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  try {
    answer(data);
  } catch (error) {
    const message =
      error instanceof ToolError ? formatError(error, 'stage0') : String((error as Error).message);
    reply({ kind: 'failed', during: data.kind, message });
  }
});

function answer(request: Request): void {
  if (request.kind === 'check') run(() => treeFromArchive(request.bytes, request.name));
  else if (request.kind === 'ladder') run(() => ladderTree(request.files));
  else if (request.kind === 'file') sendFile(request.path);
  else {
    const explanation = current().explainer.explain(request.path, request.offset);
    reply({ kind: 'explained', explanation });
  }
}

function current(): NonNullable<typeof built> {
  if (built === undefined) throw new Error('no tree was built yet');
  return built;
}

/** @param load gives a fresh copy of the tree at each call. */
function run(load: () => MemoryFiles): void {
  built = undefined;
  const start = performance.now();
  const digest = treeDigest(load());
  const progress = new Progress();
  const result = check(load, {
    engines: [portsAndMachine(), machineEngine()],
    onEvent: (engine, event) => {
      if (event.kind === 'start') progress.show(engine, event.process.step, event.process.argv);
    },
    now: () => performance.now(),
  });
  const document = checkDocument(result, digest);
  built = { files: result.files, explainer: new Explainer(result.files, result.builds[0]) };
  const milliseconds = performance.now() - start;
  reply({ kind: 'checked', document, graph: layOut(document.processes), milliseconds });
}

/** Says now and then how far the build is. */
class Progress {
  private engine = '';
  private total: number | undefined;
  private steps = 0;
  private last = 0;

  show(engine: string, step: number, argv: readonly string[]): void {
    if (engine !== this.engine) {
      this.total = this.engine === '' ? undefined : this.steps;
      this.engine = engine;
    }
    this.steps = step;
    const now = performance.now();
    if (now - this.last < PROGRESS_EVERY) return;
    this.last = now;
    reply({ kind: 'progress', engine, step, total: this.total, command: argv.join(' ') });
  }
}

function sendFile(path: string): void {
  const node = current().files.find(`/${path}`);
  if (node?.kind !== 'file') {
    throw new ToolError('there is no such file when the build has ended', {
      code: 'ENOENT',
      file: path,
    });
  }
  reply({ kind: 'file', path, bytes: node.bytes });
}

function ladderTree(contents: LadderFiles): MemoryFiles {
  const files = new MemoryFiles();
  for (const [path, bytes] of Object.entries(contents)) {
    files.createDirectories(path.slice(0, path.lastIndexOf('/')) || '/');
    files.writeFile(path, bytes, path.startsWith('/tools/') ? 0o755 : 0o644);
  }
  return files;
}
