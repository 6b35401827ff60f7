// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A kaem script: its text and what is suspicious in it on the left; on the right each command that
 * ran, what it started, printed and left, and the files at the end.
 */
import { scriptWarnings } from '@stage0-ts/kaem';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Editor, type EditorError, type MarkedRange } from '../shared/editor.tsx';
import { counted } from '../shared/format.ts';
import { useKeys } from '../shared/keys.ts';
import { byteOfIndex, indexOfByte, lastUpTo } from '../shared/positions.ts';
import { saveFile } from '../shared/save.ts';
import { errorsOf } from './result.ts';
import type { LeftFile, ScriptCommand, ScriptProgram, ScriptRun } from './script-run.ts';
import { encode } from './translate.ts';
import { useScript } from './use-script.ts';

export interface ScriptWorkbenchProps {
  readonly text: string;
  readonly onText: (text: string) => void;
}

const KEYS = { F8: ['run', 'stop'], 'Ctrl+Enter': ['run', 'stop'] } as const;

export function ScriptWorkbench({ text, onText }: ScriptWorkbenchProps) {
  const { isRunning, last, problem, start, stop } = useScript();
  const [chosen, choose] = useState<number | undefined>();
  const run = last?.run;
  const isCurrent = last?.text === text;
  const error = isCurrent ? run?.error : undefined;
  const warnings = useMemo(
    () => scriptWarnings({ name: 'program', bytes: encode(text) }, 'kaem'),
    [text],
  );
  const errors = useMemo(
    () => [...errorsOf(text, undefined, warnings), ...failureIn(text, error)],
    [text, warnings, error],
  );
  const command = chosen === undefined || !isCurrent ? undefined : run?.commands[chosen];
  const marks = useMemo(
    () => (command === undefined ? [] : [markOf(text, command)]),
    [text, command],
  );
  const begin = (): void => {
    choose(undefined);
    start(text);
  };
  const acts = useRef({});
  acts.current = isRunning ? { stop } : { run: begin };
  useKeys(KEYS, acts);

  return (
    <main class="workbench">
      <section class="left" aria-label="Program">
        <Editor
          label="kaem program"
          comments={['#']}
          {...{ text, marks, errors, onText }}
          onCursor={(index) => choose(commandAt(run, byteOfIndex(text, index)))}
        />
        <div class="buttons">
          <button type="button" title="All commands (F8 or Ctrl+Enter)" onClick={begin}>
            Run
          </button>
          <button type="button" disabled={!isRunning} onClick={stop}>
            Stop
          </button>
          <p class={warnings.length === 0 ? 'verdict' : 'verdict warned'}>{summary(warnings)}</p>
        </div>
      </section>
      <section class="right script-result" aria-label="Result">
        <p role="status" class={problem !== undefined || error !== undefined ? 'bad' : ''}>
          {isRunning ? 'runs …' : (problem ?? described(run))}
        </p>
        {run !== undefined && (
          <>
            <h2>
              Commands
              {!isCurrent && <span class="stale">of the text as it was before</span>}
            </h2>
            <ol class="commands">
              {run.commands.map((one, at) => (
                <CommandView
                  key={at}
                  command={one}
                  isChosen={at === chosen}
                  onChoose={() => choose(at)}
                />
              ))}
            </ol>
            <Files files={run.files} />
          </>
        )}
      </section>
    </main>
  );
}

interface CommandViewProps {
  readonly command: ScriptCommand;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function CommandView({ command, isChosen, onChoose }: CommandViewProps) {
  const { words, programs, printed } = command;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    <li ref={item}>
      <button type="button" class="command" aria-pressed={isChosen} onClick={onChoose}>
        {words}
      </button>
      {programs.map((program, at) => (
        <Started key={at} {...program} />
      ))}
      {printed !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
        <pre class="output" tabIndex={0}>
          {printed}
        </pre>
      )}
    </li>
  );
}

/** Shows what one program of a command did; the first is the one that the command names. */
function Started({ words, depth, isMachine, failure, made }: ScriptProgram) {
  const left = made.map(({ path, size }) => `${path}, ${counted(size, 'byte')}`).join('; ');
  const by = isMachine ? 'in the i386 machine' : 'our port';
  const parts = [by, left && `made ${left}`].filter(Boolean);
  return (
    <p class="started" style={{ marginLeft: `${depth - 1}rem` }}>
      {depth > 1 && <code>{words.split(' ')[0]} </code>}
      {parts.join(', ')}
      {failure !== undefined && <span class="bad">, {failure}</span>}
    </p>
  );
}

function Files({ files }: { files: readonly LeftFile[] }) {
  if (files.length === 0) return null;
  return (
    <>
      <h2>Files at the end</h2>
      <ul class="left-files">
        {files.map(({ path, bytes, isProgram }) => (
          <li key={path}>
            <code>{path}</code>, {counted(bytes.length, 'byte')}
            {isProgram ? ', a program' : ''}{' '}
            <button
              type="button"
              aria-label={`Save ${path}`}
              onClick={() => saveFile(path, 'application/octet-stream', bytes.slice())}
            >
              Save
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function summary(warnings: readonly unknown[]): string {
  if (warnings.length === 0) return 'No warnings.';
  return `${counted(warnings.length, 'warning')}, marked in the text.`;
}

function described(run: ScriptRun | undefined): string {
  if (run === undefined) return 'Run it, and each command is shown here with what it did.';
  const count = counted(run.commands.length, 'command');
  if (run.error === undefined) return `${count}, to the end`;
  return `${count}; exit status ${run.status}: ${run.error.message}`;
}

function failureIn(text: string, error: ScriptRun['error']): EditorError[] {
  if (error?.offset === undefined) return [];
  const from = indexOfByte(text, error.offset);
  const { message } = error;
  return [{ from, to: endOfCommand(text, from), severity: 'error', message }];
}

function markOf(text: string, { start }: ScriptCommand): MarkedRange {
  const from = indexOfByte(text, start);
  return { from, to: endOfCommand(text, from), kind: 'twin' };
}

/** A backslash at the end of a line continues the command on the next line. */
function endOfCommand(text: string, from: number): number {
  const length = /^(\\\n|[^\n])*/.exec(text.slice(from))?.[0].length ?? 0;
  return from + length;
}

function commandAt(run: ScriptRun | undefined, offset: number): number | undefined {
  if (run === undefined) return undefined;
  const { commands } = run;
  const at = lastUpTo(offset, commands.length, (one) => (commands[one] as ScriptCommand).start);
  return at < 0 ? undefined : at;
}
