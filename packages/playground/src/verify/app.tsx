// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Statements, signatures and a policy are dropped → who signed what, and whether enough people did.
 * The work is that of the package attest; this shows it.
 */
import type { Claim, Given, SignatureResult, Verification } from '@stage0-ts/attest';
import { useState } from 'preact/hooks';
import { ChooseFiles, dropOn } from '../shared/file-drop.tsx';
import { Header } from '../shared/header.tsx';
import { isPolicy, type Outcome, outcomeOf } from './files.ts';

export function VerifyPage() {
  const [files, setFiles] = useState<readonly Given[]>([]);
  const [outcome, setOutcome] = useState<Outcome | undefined>();
  const show = async (all: readonly Given[]): Promise<void> => {
    setFiles(all);
    setOutcome(all.length === 0 ? undefined : await outcomeOf(all));
  };
  const take = async (taken: readonly File[]): Promise<void> => {
    const read = await Promise.all(
      taken.map(async (file) => ({
        name: file.name,
        bytes: new Uint8Array(await file.arrayBuffer()),
      })),
    );
    const isNew = ({ name }: Given) => !read.some((other) => other.name === name);
    await show([...files.filter(isNew), ...read]);
  };
  return (
    <>
      <Header here="Verify" />
      <main class="verify" {...dropOn(take)}>
        <h1>Who signed it, and did enough people?</h1>
        <p>
          Somebody checked a stage0 tree and published a <b>statement</b>: the files that the build
          makes, with their digests. People signed it. Your <b>policy</b> says whose word you
          accept, and how many of them it takes. Drop all of these files here, or{' '}
          <ChooseFiles text="choose them" multiple take={take} />. Nothing leaves this computer.{' '}
          <a href="../docs/attest.html">How it is done</a>
        </p>
        <FileList files={files} onRemove={(file) => show(files.filter((one) => one !== file))} />
        {outcome !== undefined && <OutcomeView outcome={outcome} />}
      </main>
    </>
  );
}

interface FileListProps {
  readonly files: readonly Given[];
  readonly onRemove: (file: Given) => void;
}

function FileList({ files, onRemove }: FileListProps) {
  if (files.length === 0) return null;
  return (
    <ul class="files" aria-label="Files">
      {files.map((file) => (
        <li key={file.name}>
          {file.name} <span class="dim">{isPolicy(file) ? 'your policy' : ''}</span>
          <button type="button" onClick={() => onRemove(file)} aria-label={`Remove ${file.name}`}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

function OutcomeView({ outcome }: { readonly outcome: Outcome }) {
  if (outcome.kind === 'missing') return <p role="status">{outcome.what}</p>;
  if (outcome.kind === 'wrong') {
    return (
      <p class="bad" role="alert">
        {outcome.message}
      </p>
    );
  }
  return <ResultView result={outcome.result} />;
}

function ResultView({ result }: { readonly result: Verification }) {
  const { claims, signatures, disagreement } = result;
  return (
    <section aria-label="Result">
      <p class={`verdict ${result.ok ? 'good' : 'bad'}`} role="status">
        {sentenceOf(result)}
      </p>
      {disagreement !== undefined && (
        <table>
          <caption>
            The first thing about which the statements disagree: {disagreement.about}
          </caption>
          <tbody>
            <tr>
              <th scope="row">Claim 1</th>
              <td>
                <code>{disagreement.first}</code>
              </td>
            </tr>
            <tr>
              <th scope="row">Claim 2</th>
              <td>
                <code>{disagreement.second}</code>
              </td>
            </tr>
          </tbody>
        </table>
      )}
      <h2>Signatures</h2>
      {signatures.length === 0 ? <p>There are none.</p> : <Signatures signatures={signatures} />}
      {claims.map((claim, at) => (
        <ClaimView key={claim.statements[0]?.file} claim={claim} number={at + 1} />
      ))}
    </section>
  );
}

function sentenceOf({ claims, threshold, ok, disagreement }: Verification): string {
  const count = claims[0]?.counted ?? 0;
  const people = `${count} of the ${threshold} people that your policy asks for signed it.`;
  if (ok) return `Yes: ${people}`;
  return disagreement === undefined ? `No: ${people}` : `No: the statements disagree. ${people}`;
}

function Signatures({ signatures }: { readonly signatures: readonly SignatureResult[] }) {
  return (
    <ul class="signatures">
      {signatures.map(({ file, person, fingerprint, refused }, at) => (
        <li key={`${file} ${at}`}>
          {refused === undefined ? (
            <>
              <b class="good">{person}</b> signed, with the key <code>{fingerprint}</code>
            </>
          ) : (
            <>
              <b class="bad">does not count:</b> {refused}
            </>
          )}{' '}
          <span class="dim">({file})</span>
        </li>
      ))}
    </ul>
  );
}

function ClaimView({ claim, number }: { readonly claim: Claim; readonly number: number }) {
  const [first] = claim.statements;
  if (first === undefined) return null;
  const { subject, predicate } = first.statement;
  const { resolvedDependencies, externalParameters } = predicate.buildDefinition;
  return (
    <>
      <h2>Claim {number}</h2>
      <p>
        These {subject.length} files of {externalParameters.architecture} come from the tree{' '}
        <code>{resolvedDependencies[0]?.digest.sha256}</code>. Signed by{' '}
        {claim.people.join(', ') || 'nobody'}.
      </p>
      {claim.statements.map(
        ({ file, fault }) =>
          fault !== undefined && (
            <p key={file} class="bad">
              {file} does not count: {fault}
            </p>
          ),
      )}
      <details>
        <summary>Files and digests</summary>
        <table>
          <tbody>
            {subject.map(({ name, digest }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <code>{digest.sha256}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
