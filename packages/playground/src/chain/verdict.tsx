// SPDX-License-Identifier: GPL-3.0-or-later
/** What the comparison says: in a few lines, and file by file. */
import { visible } from '@stage0-ts/diagnostics';
import { type CheckDocument, meaningOf, trustLines } from '@stage0-ts/stage0';
import { FileLink } from './artifact-view.tsx';

export interface VerdictProps {
  readonly document: CheckDocument;
  readonly milliseconds: number;
}

const TITLES: Readonly<Record<CheckDocument['verdict']['kind'], string>> = {
  agree: 'The builds agree',
  differ: 'NOT THE SAME',
  wrong: 'WRONG',
  cannot: 'This cannot be judged',
};

/** The verdict in three words, what it means, and what was trusted. */
export function Meaning({ document }: Pick<VerdictProps, 'document'>) {
  return (
    <section class="meaning" aria-label="Meaning">
      <div role="status">
        <h2 class={document.ok ? 'good' : 'bad'}>{TITLES[document.verdict.kind]}</h2>
      </div>
      <p>{meaningOf(document)}</p>
    </section>
  );
}

export function Verdict({ document, milliseconds }: VerdictProps) {
  const { verdict, builds, divergence, processes, coverage, trusted, tree, release } = document;
  const [{ matching, published }] = builds;
  return (
    <section aria-label="Verdict">
      <h2>What was checked</h2>
      <p class="sentence">{verdict.sentence}</p>
      <ul>
        {verdict.reasons.slice(1).map(({ text }) => (
          <li key={text}>Also: {text}.</li>
        ))}
        {verdict.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
      <table>
        <tbody>
          <Row name="answers" value={`${matching} of ${published} digests as published`} />
          <Row
            name="compared"
            value={`${coverage.compared} of ${coverage.processes} processes: machine code with a port`}
          />
          <Row
            name="engines"
            value={builds.map((one) => `${one.engine} ${seconds(one.milliseconds)}`).join(', ')}
          />
          <Row
            name="everything"
            value={`${processes.length} processes, ${seconds(milliseconds)}`}
          />
          {divergence !== null && (
            <Row
              name="first difference"
              value={`step ${divergence.step}: ${visible(divergence.message)}`}
            />
          )}
          <Row name="tree" value={`${tree}, ${release ?? 'not a release that is known here'}`} />
          {trustLines(trusted).map((line, at) => (
            <Row key={line} name={at === 0 ? 'binaries of the tree' : ''} value={line} />
          ))}
        </tbody>
      </table>
      {divergence !== null && divergence.diff !== '' && <pre>{divergence.diff}</pre>}
      {builds[0].failures !== '' && <pre>{builds[0].failures}</pre>}
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
