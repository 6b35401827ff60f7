// SPDX-License-Identifier: GPL-3.0-or-later
/** One file that the chain made: its bytes, and for the chosen one the way down to a line of a source. */
import type { Explanation, Hop } from '@stage0-ts/stage0';
import { BytesView } from '../shared/bytes-view.tsx';

/** A file, and the explanation of the byte that was chosen. */
export interface Shown {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly explanation: Explanation | undefined;
}

const NONE: ReadonlySet<number> = new Set();

export function ArtifactView({
  shown,
  onChoose,
}: {
  shown: Shown;
  onChoose: (offset: number) => void;
}) {
  const { path, bytes, explanation } = shown;
  const [first] = explanation?.hops ?? [];
  const twins =
    first === undefined
      ? NONE
      : new Set(Array.from({ length: first.end - first.start }, (_, at) => first.start + at));
  return (
    <section class="artifact" aria-label="File">
      <h3>{path}</h3>
      <div class="beside">
        <BytesView {...{ bytes, twins, onChoose }} next={NONE} chosen={explanation?.offset} />
        {explanation === undefined ? (
          <p class="hint">Choose a byte to see where it comes from.</p>
        ) : (
          <Way explanation={explanation} />
        )}
      </div>
    </section>
  );
}

function Way({ explanation }: { explanation: Explanation }) {
  const { hops, end } = explanation;
  return (
    <div aria-live="polite">
      <ol class="trail" aria-label="Where the byte comes from">
        {hops.map((hop) => (
          <li key={`${hop.step} ${hop.file}`}>
            <HopView hop={hop} />
          </li>
        ))}
      </ol>
      {end.kind === 'source' && (
        <p>
          <b>{end.place.file}</b> is a file of the tree: line {end.place.line}, column{' '}
          {end.place.column}.
        </p>
      )}
    </div>
  );
}

function HopView({ hop }: { hop: Hop }) {
  const { file, tool, step, command, origin, definition } = hop;
  return (
    <>
      <p>
        <b>{tool}</b> made it in {file} (step {step}
        {command === null ? '' : `, ${command.file}:${command.line}`})
      </p>
      {origin === null ? (
        <p>by itself, whatever its input</p>
      ) : (
        <figure>
          <figcaption>
            from {origin.file}:{origin.line}:{origin.column}
          </figcaption>
          <pre>{origin.frame.trimEnd()}</pre>
        </figure>
      )}
      {definition !== null && (
        <details>
          <summary>
            the {definition.kind} {definition.text.trim().slice(0, 60)}
          </summary>
          <p>
            {definition.file}:{definition.line}:{definition.column}
          </p>
          <pre>{definition.frame.trimEnd()}</pre>
        </details>
      )}
    </>
  );
}
