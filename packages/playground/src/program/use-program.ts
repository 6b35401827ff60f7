// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The program of the page, which its address always leads to: reload, a bookmark and the buttons
 * for back and forward find it again, and a copy of the address is a link to it. What was written
 * in another language is kept while the page is open.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { LANGUAGES, type Language } from './examples.ts';
import { linkTo, type Program, readLink } from './link.ts';

/** A program with a number. Typing changes its text; opening another program changes the number. */
export interface OpenProgram extends Program {
  readonly number: number;
}

export interface ProgramState {
  /** undefined until the address has been read. */
  readonly program: OpenProgram | undefined;
  /** Why the address has led to no program. */
  readonly notice: string | undefined;
  readonly setText: (text: string) => void;
  /** Open an example, or, without one, the last text that the user wrote in this language. */
  readonly open: (language: Language, example?: number) => void;
}

const FIRST = LANGUAGES[0] as Language;
/** Milliseconds from the last key until the address changes. Browsers limit how often it may. */
const PAUSE = 400;

export function useProgram(): ProgramState {
  const [program, setProgram] = useState<OpenProgram | undefined>();
  const [notice, setNotice] = useState<string | undefined>();
  const drafts = useRef(new Map<Language, string>());
  const show = (wanted: Program): void => {
    setProgram((before) => ({ ...wanted, number: (before?.number ?? 0) + 1 }));
  };

  useEffect(() => {
    const follow = async (): Promise<void> => {
      try {
        setNotice(undefined);
        show((await readLink(location.hash)) ?? { language: FIRST, text: exampleOf(FIRST, 0) });
      } catch (error) {
        setNotice((error as Error).message);
        show({ language: FIRST, text: exampleOf(FIRST, 0) });
      }
    };
    follow();
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);

  useEffect(() => {
    if (program === undefined) return;
    drafts.current.set(program.language, program.text);
    let late = false;
    const timer = setTimeout(async () => {
      const link = await linkTo(program);
      if (!late) history.replaceState(null, '', link);
    }, PAUSE);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [program]);

  return {
    program,
    notice,
    setText: (text) => setProgram((before) => before && { ...before, text }),
    open: (language, example) => {
      history.pushState(null, '');
      setNotice(undefined);
      const draft = example === undefined ? drafts.current.get(language) : undefined;
      show({ language, text: draft ?? exampleOf(language, example ?? 0) });
    },
  };
}

function exampleOf(language: Language, index: number): string {
  return language.examples[index]?.text ?? '';
}
