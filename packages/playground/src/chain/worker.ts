// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The worker of the chain's page: it gets a tree, builds it with both engines, compares the builds,
 * and answers questions about them.
 */
import { asToolError, formatError, ToolError } from '@stage0-ts/diagnostics';
import { MemoryFiles } from '@stage0-ts/host/memory';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';
import {
  check,
  checkDocument,
  copyTree,
  Explainer,
  layOut,
  machineEngine,
  portsAndMachine,
  type Subject,
  treeDigest,
  treeFromArchive,
} from '@stage0-ts/stage0';
import type { LadderFiles, Phase, Reply, Request } from './protocol.ts';

/** Milliseconds between two progress messages. */
const PROGRESS_EVERY = 50;

/** The tree of the last build. */
let built: { readonly files: MemoryFiles; readonly explainer: Explainer } | undefined;

function reply(message: Reply): void {
  postMessage(message);
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  try {
    answer(data);
  } catch (error) {
    const known = asToolError(error);
    const message =
      known === undefined ? (error as Error).message : formatError(known, 'stage0').trimEnd();
    reply({ kind: 'failed', during: data.kind, message });
  }
});

function answer(request: Request): void {
  if (request.kind === 'check') {
    const { name, bytes } = request;
    run(() => treeFromArchive(bytes, name), { name, sha256: sha256Hex(bytes) });
  } else if (request.kind === 'ladder') run(() => ladderTree(request.files), undefined, true);
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

/**
 * @param load unpacks the tree.
 * @param partial accepts that a part is not compared, and the report then says so: the ladder has
 *   launchers.
 */
function run(load: () => MemoryFiles, archive?: Subject['archive'], partial = false): void {
  built = undefined;
  const start = performance.now();
  const reporter = new Reporter();
  reporter.begin('unpack');
  const tree = load();
  const digest = treeDigest(tree);
  const result = check(() => copyTree(tree), {
    engines: [portsAndMachine(), machineEngine()],
    partial,
    onEvent: (engine, event) => {
      if (event.kind === 'start')
        reporter.step(engine === 'ports' ? engine : 'i386', event.process);
    },
    onRebuild: (process) => reporter.step('rebuild', process),
    now: () => performance.now(),
  });
  reporter.begin('compare');
  const document = checkDocument(result, { tree: digest, ...(archive && { archive }) });
  built = { files: result.files, explainer: new Explainer(result.files, result.builds[0]) };
  const milliseconds = performance.now() - start;
  const { nodes } = layOut(document);
  const steps = nodes.map(({ step }) => step);
  const begins = nodes.find(({ state, step }) => state === 'begins' && step > 0)?.step;
  reply({ kind: 'checked', document, steps, begins, milliseconds });
}

/** Reports how far the check has come: every phase, and some of its processes. */
class Reporter {
  private phase: Phase | undefined;
  private steps = 0;
  private total: number | undefined;
  private last = 0;

  begin(phase: Phase): void {
    this.total = phase === 'i386' ? this.steps : undefined; // the same number as with the ports
    this.phase = phase;
    this.steps = 0;
    reply({ kind: 'progress', phase, step: 0, total: this.total, command: '' });
  }

  step(phase: Phase, { argv }: { readonly argv: readonly string[] }): void {
    if (phase !== this.phase) this.begin(phase);
    this.steps++;
    const now = performance.now();
    if (now - this.last < PROGRESS_EVERY) return;
    this.last = now;
    const { steps: step, total } = this;
    reply({ kind: 'progress', phase, step, total, command: argv.join(' ') });
  }
}

function sendFile(path: string): void {
  const node = current().files.find(`/${path}`);
  if (node?.kind !== 'file') {
    throw new ToolError('the file does not exist at the end of the build', {
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
    files.writeFile(path, bytes, /^\/(tools|bootstrap-seeds)\//.test(path) ? 0o755 : 0o644);
  }
  return files;
}
