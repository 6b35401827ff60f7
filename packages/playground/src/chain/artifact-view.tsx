// SPDX-License-Identifier: GPL-3.0-or-later
/** One file of the tree: its bytes, and for the chosen one the trace to a line of a source. */
import type { CheckDocument, Explanation, Hop, Place } from '@stage0-ts/stage0';
import { useEffect, useRef } from 'preact/hooks';
import { BytesView } from '../shared/bytes-view.tsx';
import { counted } from '../shared/format.ts';
import { saveFile } from '../shared/save.ts';

/** A file, and what is known about the chosen byte. */
export interface Shown {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly chosen?: number;
  /**
   * Where the byte comes from, or why that cannot be said; absent until the worker has answered.
   */
  readonly explanation?: Explanation;
  readonly failure?: string;
}

interface Ways {
  readonly onOpen: (path: string) => void;
  readonly onStep: (step: number) => void;
}

export interface ArtifactViewProps extends Ways {
  readonly shown: Shown;
  readonly document: CheckDocument;
  readonly onChoose: (offset: number) => void;
}

export function ArtifactView({ shown, document, onChoose, ...ways }: ArtifactViewProps) {
  const { path, bytes, chosen, explanation, failure } = shown;
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), []);
  const came = document.trusted.some((binary) => binary.path === path);
  const made = came || document.artifacts.some((artifact) => artifact.path === path);
  const [first] = explanation?.hops ?? [];
  return (
    <section ref={section} class="artifact" aria-label="File">
      <h3>{path}</h3>
      <div class="buttons">
        <span>
          {counted(bytes.length, 'byte')}
          {came ? ', came with the tree' : made ? '' : ', a source of the tree'}
        </span>
        <button
          type="button"
          onClick={() =>
            saveFile(path.replace(/^.*\//, ''), 'application/octet-stream', bytes.slice())
          }
        >
          Save
        </button>
        {made && bytes.length > 0 && <GoTo last={bytes.length - 1} onChoose={onChoose} />}
      </div>
      <div class="beside">
        <BytesView
          bytes={bytes}
          twins={first === undefined ? [] : [first]}
          next={undefined}
          chosen={chosen}
          onChoose={made ? onChoose : () => {}}
        />
        <div aria-live="polite">
          {made && chosen === undefined && (
            <p class="hint">Choose a byte to see where it comes from.</p>
          )}
          {failure !== undefined && <pre class="bad">{failure}</pre>}
          {chosen !== undefined && explanation === undefined && failure === undefined && (
            <p class="hint">Looking where byte 0x{chosen.toString(16)} comes from…</p>
          )}
          {explanation !== undefined && (
            <>
              <Pieces explanation={explanation} />
              <Way explanation={explanation} {...ways} />
            </>
          )}
        </div>
      </div>
    </section>
  );
}

/** A field for an offset in the notation of `stage0 explain`. */
function GoTo({ last, onChoose }: { last: number; onChoose: (offset: number) => void }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const field = event.currentTarget.elements.namedItem('offset') as HTMLInputElement;
        const offset = Number(field.value || Number.NaN);
        const good = Number.isInteger(offset) && offset >= 0 && offset <= last;
        field.setCustomValidity(good ? '' : `an offset from 0 to 0x${last.toString(16)}`);
        if (good) onChoose(offset);
        else field.reportValidity();
      }}
    >
      <label>
        Byte{' '}
        <input
          name="offset"
          size={9}
          placeholder="0x2f0"
          spellcheck={false}
          onInput={(event) => event.currentTarget.setCustomValidity('')}
        />
      </label>{' '}
      <button type="submit">Explain</button>
    </form>
  );
}

/** What the byte means in its program. */
function Pieces({ explanation: { pieces, twin } }: { explanation: Explanation }) {
  return (
    <>
      {pieces
        .filter(({ kind }) => kind !== 'data')
        .map(({ start, name, meaning, note }) => (
          <p key={`${start} ${name}`}>
            <b>{name}</b>: {meaning}. {note}
          </p>
        ))}
      {twin !== null && (
        <p>It came with the tree. The build makes the same bytes from source, as {twin}:</p>
      )}
    </>
  );
}

function Way({ explanation, ...ways }: { explanation: Explanation } & Ways) {
  const { hops, end } = explanation;
  return (
    <>
      <ol class="trail" aria-label="Where the byte comes from">
        {hops.map((hop) => (
          <li key={`${hop.step} ${hop.file}`}>
            <HopView hop={hop} {...ways} />
          </li>
        ))}
      </ol>
      <p>
        {end.kind === 'source' && (
          <>
            <FileLink path={end.place.file} onOpen={ways.onOpen} /> is a file of the tree: line{' '}
            {end.place.line}, column {end.place.column}.
          </>
        )}
        {end.kind === 'tool' && `${hops.at(-1)?.tool} writes this whatever its input`}
        {end.kind === 'unmapped' &&
          `${hops.at(-1)?.tool} does not record which bytes it makes this from`}
        {end.kind !== 'source' && commanded(end.place)}
      </p>
    </>
  );
}

function commanded(place: Place | null): string {
  return place === null ? '.' : `, as ${place.file}:${place.line}:${place.column} asks for.`;
}

function HopView({ hop, onOpen, onStep }: { hop: Hop } & Ways) {
  const { file, tool, step, command, origin, definition } = hop;
  return (
    <>
      <p>
        <b>{tool}</b> made it in <FileLink path={file} onOpen={onOpen} /> (
        <button type="button" class="link" onClick={() => onStep(step)}>
          step {step}
        </button>
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

export function FileLink({ path, onOpen }: { path: string; onOpen: (path: string) => void }) {
  return (
    <button type="button" class="link" onClick={() => onOpen(path)}>
      {path}
    </button>
  );
}
