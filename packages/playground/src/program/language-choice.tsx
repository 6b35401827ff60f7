// SPDX-License-Identifier: GPL-3.0-or-later
/** The line above the program: its language, the examples, and a link to the whole program. */
import { useEffect, useState } from 'preact/hooks';
import { LANGUAGES, type Language } from './examples.ts';
import { linkTo } from './link.ts';
import type { OpenProgram } from './use-program.ts';

export interface LanguageChoiceProps {
  readonly program: OpenProgram;
  readonly onOpen: (language: Language, example?: number) => void;
}

export function LanguageChoice({ program, onOpen }: LanguageChoiceProps) {
  const { language, text } = program;
  const shown = language.examples.findIndex((one) => one.text === text);
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
        <select
          value={shown}
          onChange={(event) => onOpen(language, Number(event.currentTarget.value))}
        >
          {shown < 0 && (
            <option value={-1} disabled>
              your own
            </option>
          )}
          {language.examples.map(({ title }, index) => (
            <option key={title} value={index}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <CopyLink program={program} />
      <p>{language.summary}</p>
    </div>
  );
}

function CopyLink({ program }: { program: OpenProgram }) {
  const [said, say] = useState('Copy a link');
  useEffect(() => say('Copy a link'), [program]);
  const copy = async (): Promise<void> => {
    const link = new URL(await linkTo(program), location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      say('Link copied');
    } catch {
      say('The address above is the link');
    }
  };
  return (
    <button type="button" aria-live="polite" onClick={copy}>
      {said}
    </button>
  );
}
