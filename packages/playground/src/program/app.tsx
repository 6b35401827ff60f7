// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The page to write programs in: text and machine on the left; bytes, instructions and the trace on
 * the right.
 */
import type { Instruction } from '@stage0-ts/i386';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type ByteRange, BytesView } from '../shared/bytes-view.tsx';
import { Editor } from '../shared/editor.tsx';
import { counted } from '../shared/format.ts';
import { Header } from '../shared/header.tsx';
import { byteOfIndex } from '../shared/positions.ts';
import { saveFile } from '../shared/save.ts';
import type { Line } from './disassembly.ts';
import { LanguageChoice } from './language-choice.tsx';
import { ListingView, linesOf } from './listing-view.tsx';
import { MachinePanel } from './machine-panel.tsx';
import type { LineAt } from './machine-run.ts';
import { OtherAssembly } from './other-assembly.tsx';
import { describeError, errorsOf, type Good, marksOf, type Result, translated } from './result.ts';
import { ScriptWorkbench } from './script-workbench.tsx';
import { StagesView } from './stages-view.tsx';
import { trail } from './trail.ts';
import { TrailView } from './trail-view.tsx';
import { BASE_ADDRESS, type LanguageName } from './translate.ts';
import { type OpenProgram, useProgram } from './use-program.ts';

/** Longest pause after a key, in milliseconds, before a large program is translated. */
const MAX_PAUSE = 500;

export function App() {
  const { program, notice, setText, open } = useProgram();
  const embedded = useMemo(() => new URLSearchParams(location.search).has('embed'), []);
  if (program === undefined) return embedded ? null : <Header here="Playground" />;
  if (embedded) {
    return (
      <div class="embed-view">
        <AnyWorkbench {...{ program, setText }} />
        <p class="hint">
          <a href={location.pathname + location.hash} target="_blank" rel="noreferrer">
            Open in the playground
          </a>
        </p>
      </div>
    );
  }
  return (
    <>
      <Header here="Playground" />
      <LanguageChoice program={program} onOpen={open} />
      {notice !== undefined && (
        <p class="notice bad" role="alert">
          {notice}
        </p>
      )}
      <AnyWorkbench {...{ program, setText }} />
    </>
  );
}

interface AnyWorkbenchProps {
  readonly program: OpenProgram;
  readonly setText: (text: string) => void;
}

/** Each program has a workbench of its own. */
function AnyWorkbench({ program, setText }: AnyWorkbenchProps) {
  const { name } = program.language;
  if (name !== 'kaem') return <Workbench key={program.number} {...{ program, name, setText }} />;
  return <ScriptWorkbench key={program.number} text={program.text} onText={setText} />;
}

interface WorkbenchProps extends AnyWorkbenchProps {
  /** The name of the program's language. */
  readonly name: LanguageName;
}

function Workbench({ program, name, setText }: WorkbenchProps) {
  const { language } = program;
  const { text, result, good, isCurrent } = useTranslation(program, name);
  const [cursor, setCursor] = useState<number | undefined>();
  const [chosen, choose] = useState<number | undefined>();
  const [next, setNext] = useState<Instruction | undefined>();
  const { error } = result;
  const { translation, twins } = good ?? {};

  useEffect(() => {
    if (cursor === undefined || !isCurrent || error !== undefined) return;
    // A cursor just after a token counts as on it, unless it is also on another one.
    const [first] = [cursor, cursor - 1].flatMap(
      (index) => twins?.bytesAt(byteOfIndex(text, index)) ?? [],
    );
    choose(first?.start);
  }, [cursor, twins, error, isCurrent]);
  const hops = useMemo(
    () => (translation === undefined || chosen === undefined ? [] : trail(translation, chosen)),
    [translation, chosen],
  );
  const marks = useMemo(
    () => (error === undefined ? marksOf(text, hops) : []),
    [text, hops, error],
  );
  const warnings = isCurrent && error === undefined ? translation?.warnings : undefined;
  const errors = useMemo(() => errorsOf(text, error, warnings), [text, error, warnings]);
  const lit = useMemo(() => {
    const origin = hops.at(-1)?.origin;
    return origin?.source.name === 'program' ? (twins?.bytesAt(origin.start) ?? []) : [];
  }, [twins, hops]);
  const onNext = useCallback((instruction: Instruction | undefined) => {
    setNext(instruction);
    if (instruction !== undefined) choose(instruction.address - BASE_ADDRESS);
  }, []);
  const [stops, setStops] = useState<ReadonlySet<number>>(new Set());
  const onStop = useCallback((address: number) => {
    setStops((before) => {
      const now = new Set(before);
      if (!now.delete(address)) now.add(address);
      return now;
    });
  }, []);
  const lineAt = useMemo(() => lineNumbers(good), [good]);
  const lines = useMemo(() => (good === undefined ? [] : linesOf(good.translation)), [good]);
  const args = language.examples.find((one) => one.text === program.text)?.args ?? '';

  return (
    <main class="workbench">
      <section class="left" aria-label="Program">
        <Editor
          label={`${language.name} program`}
          comments={language.comments}
          text={program.text}
          {...{ marks, errors }}
          onCursor={setCursor}
          onText={setText}
        />
        <div class="buttons">
          <p class={error === undefined ? 'verdict' : 'verdict bad'} role="status">
            {error === undefined
              ? `${counted(translation?.image.length ?? 0, 'byte')}, by ${language.tools}`
              : describeError(error)}
          </p>
          {error === undefined && translation !== undefined && (
            <button
              type="button"
              onClick={() => saveFile('program', 'application/octet-stream', translation.image)}
            >
              Save the binary
            </button>
          )}
        </div>
      </section>
      <section class="right" aria-label="Result">
        {good === undefined ? (
          <p class="hint">The program runs here as soon as there is one without an error.</p>
        ) : (
          <MachinePanel
            image={good.translation.image}
            labels={good.translation.labels}
            source={good.source.bytes}
            chosen={chosen === undefined ? undefined : instructionAt(lines, chosen)}
            {...{ args, lineAt, stops, onStop, onNext }}
          >
            <h2>Instructions</h2>
            <ListingView
              translation={good.translation}
              lines={lines}
              chosen={chosen}
              next={next?.address}
              stops={stops}
              onChoose={choose}
            />
          </MachinePanel>
        )}
      </section>
      <section class="rest" aria-label="Bytes and where they come from">
        {good !== undefined && (
          <>
            <h2>
              Bytes
              {error !== undefined && <span class="stale">of the last text without an error</span>}
            </h2>
            <BytesView
              bytes={good.translation.image}
              twins={lit}
              next={rangeOf(next)}
              chosen={chosen}
              onChoose={choose}
            />
            <h2>Where it comes from</h2>
            <TrailView offset={chosen} hops={hops} />
            <StagesView stages={good.translation.stages} hops={hops} />
            {name === 'C' && <OtherAssembly source={good.source} />}
          </>
        )}
      </section>
    </main>
  );
}

interface Shown {
  /** The text that was translated. While the user types, this is an earlier text. */
  readonly text: string;
  readonly result: Result;
  /** The last translation that worked. */
  readonly good: Good | undefined;
  /** True when `text` is the program's present text. */
  readonly isCurrent: boolean;
}

/**
 * Translates after a pause in typing that is as long as a translation takes, so that typing never
 * waits for it.
 */
function useTranslation(program: OpenProgram, name: LanguageName): Shown {
  const [settled, settle] = useState(program);
  const lastGood = useRef<Good | undefined>();
  const cost = useRef(0);
  const result = useMemo(() => {
    const start = performance.now();
    const made = translated(name, settled.text);
    cost.current = performance.now() - start;
    return made;
  }, [settled]);
  lastGood.current = result.good ?? lastGood.current;
  useEffect(() => {
    if (program === settled) return;
    const timer = setTimeout(() => settle(program), Math.min(2 * cost.current, MAX_PAUSE));
    return () => clearTimeout(timer);
  }, [program]);
  const isCurrent = program === settled;
  return { text: settled.text, result, good: lastGood.current, isCurrent };
}

/** Finds the line of the program's text that an instruction comes from. */
function lineNumbers(good: Good | undefined): LineAt {
  const known = new Map<number, number | undefined>();
  return (address) => {
    if (good === undefined) return undefined;
    if (known.has(address)) return known.get(address);
    const { translation, source } = good;
    const origin = trail(translation, address - BASE_ADDRESS).at(-1)?.origin;
    const isOwn = origin?.source.bytes === source.bytes;
    const line = isOwn ? lineNumber(source.bytes, origin.start) : undefined;
    known.set(address, line);
    return line;
  };
}

function lineNumber(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) if (bytes[at] === 0x0a) line++;
  return line;
}

/** The address of the instruction that contains a byte; undefined for data. */
function instructionAt(lines: readonly Line[] | string, offset: number): number | undefined {
  if (typeof lines === 'string') return undefined;
  const line = lines.find((one) => one.offset <= offset && offset < one.offset + one.length);
  return line?.isCode ? line.address : undefined;
}

function rangeOf(instruction: Instruction | undefined): ByteRange | undefined {
  if (instruction === undefined) return undefined;
  const start = instruction.address - BASE_ADDRESS;
  return { start, end: start + instruction.length };
}
