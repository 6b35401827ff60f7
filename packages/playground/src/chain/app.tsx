// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The page of the chain: drop a release, watch both engines build it, then look at the comparison, the graph, each
 * file, and where each byte of it comes from. Nothing is sent anywhere: the work is done in a worker of this page.
 */
import { htmlReport } from '@stage0-ts/stage0';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Header } from '../shared/header.tsx';
import { ArtifactView, type Shown } from './artifact-view.tsx';
import { GraphView } from './graph-view.tsx';
import { ladderFiles } from './ladder.ts';
import { ProcessView } from './process-view.tsx';
import type { Reply, Request } from './protocol.ts';
import { Artifacts, Verdict } from './verdict.tsx';

type Checked = Extract<Reply, { kind: 'checked' }>;
type ProgressReply = Extract<Reply, { kind: 'progress' }>;

/** Command lines that are shown while the work goes on. */
const LINES = 3;

export function ChainPage() {
  const [progress, setProgress] = useState<readonly ProgressReply[]>([]);
  const [busy, setBusy] = useState(false);
  const [checked, setChecked] = useState<Checked | undefined>();
  const [failure, setFailure] = useState<string | undefined>();
  const [step, setStep] = useState<number | undefined>();
  const [shown, setShown] = useState<Shown | undefined>();
  const worker = useRef<Worker | undefined>();

  const onReply = (reply: Reply): void => {
    if (reply.kind === 'progress') {
      setProgress((before) => [...before.slice(1 - LINES), reply]);
    } else if (reply.kind === 'checked') {
      setBusy(false);
      setChecked(reply);
    } else if (reply.kind === 'file') {
      setShown({ path: reply.path, bytes: reply.bytes, explanation: undefined });
    } else if (reply.kind === 'explained') {
      setShown((before) => before && { ...before, explanation: reply.explanation });
    } else {
      setBusy(false);
      setFailure(reply.message);
    }
  };
  const ask = (request: Request): void => {
    setFailure(undefined);
    worker.current?.postMessage(request);
  };
  const start = (request: Request): void => {
    worker.current?.terminate();
    worker.current = startWorker(onReply);
    setProgress([]);
    setChecked(undefined);
    setShown(undefined);
    setStep(undefined);
    setBusy(true);
    ask(request);
  };
  useEffect(() => () => worker.current?.terminate(), []);
  const open = (path: string): void => {
    setStep(makerOf(checked, path) ?? step);
    ask({ kind: 'file', path });
  };

  return (
    <>
      <Header here="The chain" />
      <DropZone onRequest={start} busy={busy} />
      <main class="chain">
        {failure !== undefined && (
          <pre class="bad" role="alert">
            {failure}
          </pre>
        )}
        {busy && <ProgressView lines={progress} />}
        {checked !== undefined && (
          <>
            <Verdict {...checked} />
            <p>
              <SaveLink
                name="stage0-check.html"
                type="text/html"
                make={() => htmlReport(checked.document)}
              />{' '}
              <SaveLink
                name="stage0-check.json"
                type="application/json"
                make={() => JSON.stringify(checked.document, null, 2)}
              />
            </p>
            <h2>The chain</h2>
            <p>
              Each box is a process, named by the file that it makes; lines lead from what it reads.
            </p>
            <GraphView {...checked} chosen={step} onChoose={setStep} />
            {step !== undefined && (
              <ProcessView document={checked.document} step={step} onOpen={open} />
            )}
            {shown !== undefined && (
              <ArtifactView
                shown={shown}
                onChoose={(offset) => ask({ kind: 'explain', path: shown.path, offset })}
              />
            )}
            <h2>Files</h2>
            <Artifacts document={checked.document} onOpen={open} />
          </>
        )}
      </main>
    </>
  );
}

function startWorker(onReply: (reply: Reply) => void): Worker {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
  worker.onerror = ({ message }) => onReply({ kind: 'failed', during: 'check', message });
  return worker;
}

/** The step that made a file last. */
function makerOf(checked: Checked | undefined, path: string): number | undefined {
  const steps = new Set(checked?.graph.map(({ step }) => step));
  const makers = checked?.document.processes.filter(
    ({ step, outputs }) => steps.has(step) && outputs.some((output) => output.path === path),
  );
  return makers?.at(-1)?.step;
}

function DropZone({ onRequest, busy }: { onRequest: (request: Request) => void; busy: boolean }) {
  const [over, setOver] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    onRequest({ kind: 'check', name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };
  return (
    <section
      class={over ? 'drop over' : 'drop'}
      aria-label="Tree"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <p>
        Drop <code>stage0-posix-1.9.1.tar.gz</code> here, or{' '}
        <label>
          choose it{' '}
          <input
            type="file"
            accept=".gz,.xz,.bz2,.tar"
            disabled={busy}
            onChange={(event) => take(event.currentTarget.files?.[0])}
          />
        </label>
      </p>
      <p>
        It is built twice, by our ports and by its own binaries in the i386 machine, and every file
        is compared. It does not leave this computer.
      </p>
      <button
        type="button"
        disabled={busy}
        onClick={async () => onRequest({ kind: 'ladder', files: await ladderFiles() })}
      >
        Try a small tree instead
      </button>
    </section>
  );
}

function ProgressView({ lines }: { lines: readonly ProgressReply[] }) {
  const last = lines.at(-1);
  const label = last === undefined ? 'unpacking' : `${last.engine}: process ${last.step}`;
  const value = last?.total === undefined ? {} : { value: last.step, max: last.total };
  return (
    <section aria-label="Progress">
      <p role="status">
        {label}
        {last?.total === undefined ? '' : ` of ${last.total}`}
      </p>
      <progress aria-label="Processes" {...value} />
      <div class="steps">
        {lines.map(({ engine, step, command }) => (
          <div key={`${engine}${step}`}>{command}</div>
        ))}
      </div>
    </section>
  );
}

function SaveLink({ name, type, make }: { name: string; type: string; make: () => string }) {
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([make()], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <button type="button" onClick={save}>
      Save {name}
    </button>
  );
}
