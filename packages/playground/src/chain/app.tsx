// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The page of the chain: drop a release, watch both engines build it, then look at the comparison,
 * the graph, each file, and where each byte of it comes from. Nothing is sent anywhere: the work is
 * done in a worker of this page.
 */
import { htmlReport } from '@stage0-ts/stage0';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Header } from '../shared/header.tsx';
import { saveFile } from '../shared/save.ts';
import { ArtifactView, type Shown } from './artifact-view.tsx';
import { DropZone } from './drop-zone.tsx';
import { GraphView } from './graph-view.tsx';
import { ladderFiles } from './ladder.ts';
import { ProcessView } from './process-view.tsx';
import { type Heard, hear, ProgressView } from './progress-view.tsx';
import type { Reply, Request } from './protocol.ts';
import { Artifacts, Meaning, Verdict } from './verdict.tsx';

type Checked = Extract<Reply, { kind: 'checked' }>;

export function ChainPage() {
  /** Name of the tree that is being checked. */
  const [busy, setBusy] = useState<string | undefined>();
  const [heard, setHeard] = useState<Heard | undefined>();
  const [checked, setChecked] = useState<Checked | undefined>();
  const [notice, setNotice] = useState<string | undefined>();
  const [step, setStep] = useState<number | undefined>();
  const [shown, setShown] = useState<Shown | undefined>();
  const worker = useRef<Worker | undefined>();
  useEffect(() => {
    ladderFiles().then(
      (files) => worker.current ?? start('our small tree', { kind: 'ladder', files }),
    );
    return () => worker.current?.terminate();
  }, []);

  const onReply = (reply: Reply): void => {
    if (reply.kind === 'progress') {
      setHeard((before) => hear(before, reply, performance.now()));
    } else if (reply.kind === 'checked') {
      setBusy(undefined);
      setChecked(reply);
      setStep(reply.begins);
    } else if (reply.kind === 'file') {
      setShown({ path: reply.path, bytes: reply.bytes });
    } else if (reply.kind === 'explained') {
      const { explanation } = reply;
      setShown((now) =>
        now?.path === explanation.file && now.chosen === explanation.offset
          ? { ...now, explanation }
          : now,
      );
    } else if (reply.during === 'explain') {
      setShown((now) => now && { ...now, failure: reply.message });
    } else {
      setBusy(undefined);
      setNotice(reply.message);
    }
  };
  const stop = (): void => {
    worker.current?.terminate();
    setBusy(undefined);
  };
  const start = (name: string, request: Request): void => {
    stop();
    worker.current = startWorker(onReply);
    setNotice(undefined);
    setHeard(undefined);
    setChecked(undefined);
    setShown(undefined);
    setStep(undefined);
    setBusy(name);
    worker.current.postMessage(request);
  };
  const open = (path: string, node = makerOf(checked, path) ?? step): void => {
    setNotice(undefined);
    setStep(node);
    worker.current?.postMessage({ kind: 'file', path } satisfies Request);
  };
  const onNode = (chosen: number): void => {
    setStep(chosen);
    const seed = chosen < 0 ? checked?.document.trusted[-1 - chosen] : undefined;
    if (seed !== undefined) open(seed.path, chosen);
  };
  const choose = (offset: number): void => {
    if (shown === undefined) return;
    const { path, bytes } = shown;
    setShown({ path, bytes, chosen: offset });
    worker.current?.postMessage({ kind: 'explain', path, offset } satisfies Request);
  };

  return (
    <>
      <Header here="The chain" />
      <DropZone
        small={busy !== undefined || checked !== undefined}
        onTree={start}
        onFailure={setNotice}
      />
      <main class="chain">
        {notice !== undefined && (
          <pre class="bad" role="alert">
            {notice}
          </pre>
        )}
        {busy !== undefined && (
          <ProgressView
            name={busy}
            heard={heard}
            onCancel={() => {
              stop();
              setNotice(`The check of ${busy} was cancelled.`);
            }}
          />
        )}
        {checked !== undefined && (
          <>
            <Meaning document={checked.document} />
            <GraphView document={checked.document} chosen={step} onChoose={onNode} />
            <p class="hint">
              Each box is a process, named by the file that it makes; the larger the file, the
              larger the box. Lines lead from what it reads. Choose one, or use the arrow keys.
            </p>
            {step !== undefined && (
              <ProcessView document={checked.document} step={step} onOpen={open} />
            )}
            {shown !== undefined && (
              <ArtifactView
                key={shown.path}
                shown={shown}
                document={checked.document}
                onChoose={choose}
                onOpen={open}
                onStep={setStep}
              />
            )}
            <Verdict {...checked} />
            <SaveReport document={checked.document} />
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
  const steps = new Set(checked?.steps);
  const makers = checked?.document.processes.filter(
    ({ step, outputs }) => steps.has(step) && outputs.some((output) => output.path === path),
  );
  return makers?.at(-1)?.step;
}

function SaveReport({ document }: Pick<Checked, 'document'>) {
  const json = () => JSON.stringify(document, null, 2);
  return (
    <p class="buttons">
      <button
        type="button"
        onClick={() => saveFile('stage0-check.html', 'text/html', htmlReport(document))}
      >
        Save stage0-check.html
      </button>
      <button
        type="button"
        onClick={() => saveFile('stage0-check.json', 'application/json', json())}
      >
        Save stage0-check.json
      </button>
    </p>
  );
}
