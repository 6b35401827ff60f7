// SPDX-License-Identifier: GPL-3.0-or-later
/** One process of the chain: its command line, what it reads and what it leaves, with digests. */
import type { CheckDocument } from '@stage0-ts/stage0';

export interface ProcessViewProps {
  readonly document: CheckDocument;
  readonly step: number;
  readonly onOpen: (path: string) => void;
}

export function ProcessView({ document, step, onOpen }: ProcessViewProps) {
  const process = document.processes.find((one) => one.step === step);
  if (process === undefined) return null;
  const made = new Set(document.artifacts.map(({ path }) => path));
  const file = (path: string) =>
    made.has(path) ? (
      <button type="button" class="link" onClick={() => onOpen(path)}>
        {path}
      </button>
    ) : (
      path
    );
  return (
    <section aria-label="Process" aria-live="polite">
      <h3>
        Step {step}: {process.argv.join(' ')}
      </h3>
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
                {sha256[0] === sha256[1] ? (sha256[0] ?? 'nothing') : sha256.join(' and ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
