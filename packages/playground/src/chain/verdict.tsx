// SPDX-License-Identifier: GPL-3.0-or-later
/** What the comparison says: in a few lines, and file by file. */
import type { CheckDocument } from '@stage0-ts/stage0';
import { FileLink } from './artifact-view.tsx';

export interface VerdictProps {
  readonly document: CheckDocument;
  readonly milliseconds: number;
}

export function Verdict({ document, milliseconds }: VerdictProps) {
  const { ok, divergence, selfRebuild, artifacts, processes, engines, tree } = document;
  const listed = artifacts.filter(({ expected }) => expected !== null);
  const right = listed.filter(({ ok }) => ok).length;
  const same = artifacts.filter(({ sha256, second }) => sha256 === second).length;
  const times = [0, 1].map((side) =>
    processes
      .filter(({ depth }) => depth === 1)
      .reduce((sum, one) => sum + (one.milliseconds[side] ?? 0), 0),
  );
  return (
    <section aria-label="Verdict">
      <h2 class={ok ? 'good' : 'bad'} role="status">
        {ok ? 'No divergence' : 'NOT THE SAME'}
      </h2>
      <table>
        <tbody>
          <Row name="answers" value={`${right} of ${listed.length} digests as published`} />
          <Row name="files" value={`${same} of ${artifacts.length} the same with both engines`} />
          <Row
            name="engines"
            value={engines.map((name, side) => `${name} ${seconds(times[side] ?? 0)}`).join(', ')}
          />
          <Row
            name="everything"
            value={`${processes.length} processes, ${seconds(milliseconds)}`}
          />
          {selfRebuild !== null && (
            <Row
              name="compiler"
              value={`${selfRebuild.compiler}, run as a program, ${selfRebuild.same ? 'reproduces itself' : 'DOES NOT reproduce itself'}`}
            />
          )}
          {divergence !== null && (
            <Row name="first divergence" value={`step ${divergence.step}: ${divergence.message}`} />
          )}
          <Row name="tree" value={tree} />
        </tbody>
      </table>
      {divergence !== null && divergence.diff !== '' && <pre>{divergence.diff}</pre>}
    </section>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{value}</td>
    </tr>
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

export interface ArtifactsProps {
  readonly document: CheckDocument;
  readonly onOpen: (path: string) => void;
}

export function Artifacts({ document, onOpen }: ArtifactsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
    <section class="scroll" tabIndex={0} aria-label="Files">
      <table>
        <thead>
          <tr>
            <th>file</th>
            <th>bytes</th>
            <th>mode</th>
            <th>verdict</th>
            <th>sha256</th>
          </tr>
        </thead>
        <tbody>
          {document.artifacts.map(({ path, size, mode, sha256, second, expected, ok }) => (
            <tr key={path}>
              <td>
                <FileLink path={path} onOpen={onOpen} />
              </td>
              <td>{size}</td>
              <td>{mode}</td>
              <td class={ok ? 'good' : 'bad'}>{verdictOf(ok, expected)}</td>
              <td class="digest">
                {sha256 === second ? sha256 : `${sha256 || 'nothing'} and ${second || 'nothing'}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function verdictOf(ok: boolean, expected: string | null): string {
  if (!ok) return 'WRONG';
  return expected === null ? 'agree' : 'as published';
}
