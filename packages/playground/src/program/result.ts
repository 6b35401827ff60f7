// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program → the result of running it, and what of that is shown in its text. Places in texts are
 * UTF-16 indices.
 */
import { asToolError, type Source, type ToolError } from '@stage0-ts/diagnostics';
import type { EditorError, MarkedRange } from '../shared/editor.tsx';
import { indexOfByte } from '../shared/positions.ts';
import { type Hop, Twins } from './trail.ts';
import { encode, type LanguageName, type Translation, translate } from './translate.ts';

/** A program that was translated without errors. */
export interface Good {
  readonly source: Source;
  readonly translation: Translation;
  readonly twins: Twins;
}

/** A translation or an error. */
export interface Result {
  readonly good: Good | undefined;
  readonly error: ToolError | undefined;
}

export function translated(language: LanguageName, text: string): Result {
  const source = { name: 'program', bytes: encode(text) };
  try {
    const translation = translate(language, source);
    const twins = new Twins(translation, source);
    return { good: { source, translation, twins }, error: undefined };
  } catch (error) {
    const known = asToolError(error);
    if (known === undefined) throw error;
    return { good: undefined, error: known };
  }
}

/** The token that a byte comes from, and the definition that it refers to. */
export function marksOf(text: string, hops: readonly Hop[]): MarkedRange[] {
  const last = hops.at(-1);
  return (['origin', 'definition'] as const).flatMap((part) => {
    const place = last?.[part];
    if (place?.source.name !== 'program') return [];
    const from = indexOfByte(text, place.start);
    const to = indexOfByte(text, place.end);
    return [{ from, to, kind: part === 'origin' ? ('twin' as const) : ('definition' as const) }];
  });
}

/** The words that have errors or warnings, if they are in this text. */
export function errorsOf(
  text: string,
  error: ToolError | undefined,
  warnings: readonly ToolError[] = [],
): EditorError[] {
  const isOwn = ({ file, offset }: ToolError) => file === 'program' && offset !== undefined;
  const errors = error !== undefined && isOwn(error) ? [marked(text, error, 'error')] : [];
  return [...errors, ...warnings.filter(isOwn).map((found) => marked(text, found, 'warning'))];
}

function marked(text: string, error: ToolError, severity: EditorError['severity']): EditorError {
  const from = indexOfByte(text, error.offset ?? 0);
  const length = /^\S+/.exec(text.slice(from, from + 100))?.[0].length ?? 1;
  return { from, to: Math.min(from + length, text.length), severity, message: error.message };
}

/** The error in one line. */
export function describeError({ file, line, column, message }: ToolError): string {
  const place = line === undefined ? '' : `line ${line}, column ${column}: `;
  if (file === undefined || file === 'program') return `${place}${message}`;
  return `in ${file}, which every program comes with, ${place}${message}`;
}
