// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The page of the seed: what each of its bytes is, the line of the source that it comes from, and
 * why it is there. It also runs the seed in the machine, assembling that source. At first it is our
 * own seed; upstream's, when the reader drops it.
 */
import { piecesAt } from '@stage0-ts/stage0';
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { BytesView } from '../shared/bytes-view.tsx';
import { ChooseFiles, dropOn, type TakeFiles } from '../shared/file-drop.tsx';
import { counted } from '../shared/format.ts';
import { Header } from '../shared/header.tsx';
import { AssemblyRun } from './assembly-run.ts';
import { PieceView } from './piece-view.tsx';
import { RunPanel } from './run-panel.tsx';
import { droppedSeed, ladderSeed, type Seed } from './seeds.ts';
import { SourceView } from './source-view.tsx';

export function SeedPage() {
  const [seed, setSeed] = useState<Seed | undefined>();
  const [notice, setNotice] = useState<string | undefined>();
  useEffect(() => {
    ladderSeed().then(setSeed, (error: Error) => setNotice(error.message));
  }, []);
  const take = async (files: readonly File[]): Promise<void> => {
    if (files.length === 0) return;
    try {
      setSeed(await droppedSeed(files));
      setNotice(undefined);
    } catch (error) {
      setNotice((error as Error).message);
    }
  };
  return (
    <>
      <Header here="The seed" />
      <main class="seed" {...dropOn(take)}>
        <h1>The seed, byte by byte</h1>
        <p>
          A whole system can be built from source, except for one program that has to be there
          before anything can be built. In stage0 that program is so small that you can check each
          of its bytes. It is an assembler: it turns digits into bytes, and skips comments.
        </p>
        {notice !== undefined && (
          <p class="bad" role="alert">
            {notice}
          </p>
        )}
        {seed !== undefined && <SeedView key={seed.name} seed={seed} onFiles={take} />}
      </main>
    </>
  );
}

interface SeedViewProps {
  readonly seed: Seed;
  readonly onFiles: TakeFiles;
}

function SeedView({ seed, onFiles }: SeedViewProps) {
  const { bytes, pieces } = seed;
  const [chosen, choose] = useState(0);
  const [count, restart] = useReducer((value: number) => value + 1, 0);
  const [, refresh] = useReducer((value: number) => value + 1, 0);
  const run = useMemo(() => new AssemblyRun(seed), [seed, count]);
  const [piece] = piecesAt(pieces, chosen);
  const base = (pieces[0]?.address ?? 0) - (pieces[0]?.start ?? 0);
  const { next } = run;
  const running = run.steps > 0 && next !== undefined ? next : undefined;
  const offset = running === undefined ? undefined : running.address - base;
  const go = (by: number) => {
    const index = pieces.findIndex(({ start, end }) => start <= chosen && chosen < end);
    const to = pieces[Math.max(0, Math.min(pieces.length - 1, index + by))];
    if (to !== undefined) choose(by < 0 && to.start > chosen ? chosen : to.start);
  };
  const onStep = () => {
    const { next: now } = run;
    if (now !== undefined) choose(now.address - base);
    refresh(undefined);
  };
  const kindOf = (at: number) => {
    const kinds = piecesAt(pieces, at).map(({ kind, name }) =>
      name.endsWith('(program header)') ? 'program-header' : kind,
    );
    const made = at < run.made.length ? (run.made[at] === bytes[at] ? 'made' : 'wrong') : '';
    return `${kinds.at(-1) ?? ''} ${made}`;
  };
  return (
    <>
      <Provided seed={seed} onFiles={onFiles} />
      <div class="panes">
        <section class="left" aria-label="The seed">
          <p class="legend">
            <span class="kind field">ELF header</span>{' '}
            <span class="kind program-header">program header</span>{' '}
            <span class="kind instruction">instruction</span>{' '}
            <span class="kind made">made by itself</span>
          </p>
          <BytesView
            bytes={bytes}
            twins={piece === undefined ? [] : [piece]}
            next={
              offset === undefined || running === undefined
                ? undefined
                : { start: offset, end: offset + running.length }
            }
            chosen={chosen}
            classOf={kindOf}
            onChoose={choose}
          />
          <div class="buttons">
            <button type="button" disabled={chosen === 0} onClick={() => go(-1)}>
              Previous
            </button>
            <button type="button" disabled={chosen >= bytes.length - 1} onClick={() => go(1)}>
              Next
            </button>
            <span class="dim">or the arrow keys in the bytes</span>
          </div>
          <RunPanel
            run={run}
            size={bytes.length}
            isSame={sameBytes(run.file, bytes)}
            onStep={onStep}
            onRestart={() => restart(undefined)}
          />
        </section>
        <section class="right" aria-label="What it is">
          <PieceView seed={seed} chosen={chosen} />
          <SourceView
            seed={seed}
            from={piece?.start ?? chosen}
            to={piece?.end ?? chosen + 1}
            reading={run.steps === 0 || run.isOver ? undefined : run.made.length}
            onChoose={choose}
          />
        </section>
      </div>
    </>
  );
}

function Provided({ seed, onFiles }: SeedViewProps) {
  const { bytes, name, sourceName } = seed;
  return (
    <section class="provided" aria-label="Which seed">
      <p>
        You see <b>{name}</b>: {counted(bytes.length, 'byte')}, which {sourceName} makes byte for
        byte.{' '}
        {seed.isOwn && "Upstream's seed has 181 bytes; no file of upstream's is on this site. "}
        Drop{' '}
        <a href="https://github.com/oriansj/stage0-posix/releases/tag/Release_1.9.1">
          stage0-posix-1.9.1.tar.gz
        </a>{' '}
        here to see {seed.isOwn ? 'it' : 'its seed'}, or the files hex0-seed and hex0_x86.hex0
        together, or <ChooseFiles text="choose them" multiple take={onFiles} />. Nothing leaves this
        computer.
      </p>
    </section>
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
