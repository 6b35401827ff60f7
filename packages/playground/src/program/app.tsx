// SPDX-License-Identifier: GPL-3.0-or-later
/** The page to write programs in: text on the left; bytes, instructions, the way down and the machine on the right. */
import { ToolError } from '@stage0-ts/diagnostics';
import type { Instruction } from '@stage0-ts/i386';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { BytesView } from '../shared/bytes-view.tsx';
import { Editor, type EditorError, type MarkedRange } from '../shared/editor.tsx';
import { Header } from '../shared/header.tsx';
import { byteOfIndex, indexOfByte } from '../shared/positions.ts';
import { LANGUAGES, type Language } from './examples.ts';
import { ListingView } from './listing-view.tsx';
import { MachinePanel } from './machine-panel.tsx';
import { StagesView } from './stages-view.tsx';
import { type Hop, Twins, trail } from './trail.ts';
import { TrailView } from './trail-view.tsx';
import { BASE_ADDRESS, encode, type Translation, translate } from './translate.ts';

const FIRST = LANGUAGES[0] as Language;
const NO_BYTES: ReadonlySet<number> = new Set();

/** A text, and what became of it: the last translation that worked, and why this one did not. */
interface Result {
  readonly text: string;
  readonly translation: Translation | undefined;
  readonly twins: Twins | undefined;
  readonly error: ToolError | undefined;
}

export function App() {
  const [language, setLanguage] = useState(FIRST);
  const [text, setText] = useState(FIRST.examples[0]?.text ?? '');
  const [chosen, choose] = useState<number | undefined>();
  const [next, setNext] = useState<Instruction | undefined>();
  const result = useMemo(() => translated(language, text), [language, text]);
  const { translation, twins, error } = result;

  const hops = useMemo(
    () =>
      translation === undefined || chosen === undefined || chosen >= translation.image.length
        ? []
        : trail(translation, chosen),
    [translation, chosen],
  );
  const marks = useMemo(() => marksOf(text, hops), [text, hops]);
  const errors = useMemo(() => errorsOf(text, error), [text, error]);
  const lit = useMemo(() => sameToken(twins, hops), [twins, hops]);
  const nextBytes = useMemo(() => bytesOf(next), [next]);
  const open = (wanted: Language, index = 0) => {
    setLanguage(wanted);
    setText(wanted.examples[index]?.text ?? '');
    choose(undefined);
  };
  const onCursor = (index: number) => {
    const [first] = twins?.bytesAt(byteOfIndex(text, index)) ?? [];
    choose(first);
  };
  const onNext = useCallback((instruction: Instruction | undefined) => {
    setNext(instruction);
    if (instruction !== undefined) choose(instruction.address - BASE_ADDRESS);
  }, []);

  return (
    <>
      <Header here="Playground" />
      <LanguageChoice language={language} onOpen={open} />
      <main class="workbench">
        <section class="left" aria-label="Program">
          <Editor
            label={`${language.name} program`}
            comments={language.comments}
            {...{ text, marks, errors, onCursor }}
            onText={setText}
          />
          <p class="verdict" role="status">
            {error === undefined
              ? `${translation?.image.length ?? 0} bytes, by ${language.tools}`
              : `${error.file === 'program' ? '' : `${error.file ?? ''}: `}${error.line === undefined ? '' : `line ${error.line}, column ${error.column}: `}${error.message}`}
          </p>
          <h2>Where it comes from</h2>
          <TrailView offset={chosen} hops={hops} />
        </section>
        {translation !== undefined && (
          <section class="right" aria-label="Result">
            <h2>Bytes</h2>
            <BytesView
              bytes={translation.image}
              twins={lit}
              next={nextBytes}
              onChoose={choose}
              {...{ chosen }}
            />
            <h2>Instructions</h2>
            <ListingView {...{ translation, chosen }} next={next?.address} onChoose={choose} />
            <h2>Machine</h2>
            <MachinePanel image={translation.image} onNext={onNext} />
            <StagesView stages={translation.stages} hops={hops} />
          </section>
        )}
      </main>
    </>
  );
}

interface LanguageChoiceProps {
  readonly language: Language;
  readonly onOpen: (language: Language, example?: number) => void;
}

function LanguageChoice({ language, onOpen }: LanguageChoiceProps) {
  return (
    <div class="choice">
      <fieldset>
        <legend>Language</legend>
        {LANGUAGES.map((one) => (
          <label key={one.name}>
            <input
              type="radio"
              name="language"
              checked={one === language}
              onChange={() => onOpen(one)}
            />
            {one.name}
          </label>
        ))}
      </fieldset>
      <label>
        Example{' '}
        <select onChange={(event) => onOpen(language, event.currentTarget.selectedIndex)}>
          {language.examples.map(({ title }) => (
            <option key={title}>{title}</option>
          ))}
        </select>
      </label>
      <p>{language.summary}</p>
    </div>
  );
}

let lastGood: Result | undefined;

/** While a text has an error, the right side shows the last one of the language that had none. */
function translated(language: Language, text: string): Result {
  const source = { name: 'program', bytes: encode(text) };
  try {
    const translation = translate(language.name, source);
    const twins = new Twins(translation, source);
    lastGood = { text, translation, twins, error: undefined };
    return lastGood;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { text, translation: lastGood?.translation, twins: undefined, error };
  }
}

function marksOf(text: string, hops: readonly Hop[]): MarkedRange[] {
  const last = hops.at(-1);
  return (['origin', 'definition'] as const).flatMap((part) => {
    const place = last?.[part];
    if (place?.source.name !== 'program') return [];
    const from = indexOfByte(text, place.start);
    const to = indexOfByte(text, place.end);
    return [{ from, to, kind: part === 'origin' ? ('twin' as const) : ('definition' as const) }];
  });
}

function errorsOf(text: string, error: ToolError | undefined): EditorError[] {
  if (error === undefined) return [];
  const own = error.file === 'program' && error.offset !== undefined;
  const from = own ? indexOfByte(text, error.offset ?? 0) : 0;
  return [{ from, to: Math.min(from + 1, text.length), message: error.message }];
}

function sameToken(twins: Twins | undefined, hops: readonly Hop[]): ReadonlySet<number> {
  const origin = hops.at(-1)?.origin;
  if (twins === undefined || origin?.source.name !== 'program') return NO_BYTES;
  return new Set(twins.bytesAt(origin.start));
}

function bytesOf(instruction: Instruction | undefined): ReadonlySet<number> {
  if (instruction === undefined) return NO_BYTES;
  const first = instruction.address - BASE_ADDRESS;
  return new Set(Array.from({ length: instruction.length }, (_, at) => first + at));
}
