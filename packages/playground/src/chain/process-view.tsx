// SPDX-License-Identifier: GPL-3.0-or-later
/** One process of the chain: its command line, what it reads and what it leaves, with digests. */
import { visible } from '@stage0-ts/diagnostics';
import type { CheckDocument } from '@stage0-ts/stage0';
import { FileLink } from './artifact-view.tsx';

export interface ProcessViewProps {
  readonly document: CheckDocument;
  readonly step: number;
  readonly onOpen: (path: string) => void;
}

export function ProcessView({ document, step, onOpen }: ProcessViewProps) {
  const process = document.processes.find((one) => one.step === step);
  if (process === undefined) return null;
  const kept = new Set(document.artifacts.map(({ path }) => path));
  const passing = new Set(
    document.processes
      .flatMap(({ outputs }) => outputs.map(({ path }) => path))
      .filter((path) => !kept.has(path)),
  );
  const file = (path: string) =>
    passing.has(path) ? `${path} (removed later)` : <FileLink path={path} onOpen={onOpen} />;
  return (
    <section aria-label="Process" aria-live="polite">
      <h3>Step {step}</h3>
      <p class="command">{visible(process.argv.join(' '))}</p>
      <p>
        {document.engines
          .map((name, side) => `${name}: ${process.ends[side]}, ${process.milliseconds[side]} ms`)
          .join('; ')}
      </p>
      <table>
        <tbody>
          {process.inputs.map(({ path, sha256 }) => (
            <tr key={path}>
              <td>reads</td>
              <td>{file(path)}</td>
              <td class="digest">{sha256}</td>
            </tr>
          ))}
          {process.outputs.map(({ path, sha256 }) => (
            <tr key={path}>
              <td>leaves</td>
              <td>{file(path)}</td>
              <td class={sha256[0] === sha256[1] ? 'digest good' : 'digest bad'}>
                {sha256[0] === sha256[1]
                  ? (sha256[0] ?? 'nothing')
                  : sha256.map((one) => one ?? 'nothing').join(' and ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
