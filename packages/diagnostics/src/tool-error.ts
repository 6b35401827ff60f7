// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The one error that cores, programs and hosts throw: what is wrong, where, and with which exit
 * status.
 *
 * Positions are kept as byte offsets everywhere and turned into line and column only here.
 */
import { codeFrame } from './code-frame.ts';
import { hintAt } from './hints.ts';
import { locate } from './position.ts';
import { visible } from './visible.ts';

/** A named piece of input text. */
export interface Source {
  /** The name to show in messages: a path as the user wrote it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The parts of a {@link ToolError}. */
export interface ToolErrorOptions {
  /** A stable code for programs: `undefined-label`, `ENOENT`, … */
  readonly code: string;
  /** The file with the error, as the user wrote its name. */
  readonly file?: string;
  /** Line in the file, counted from 1. */
  readonly line?: number;
  /** Column in bytes, counted from 1. */
  readonly column?: number;
  /** Byte offset in the file, counted from 0. */
  readonly offset?: number;
  /** Source line and caret, as {@link codeFrame} makes them. */
  readonly frame?: string;
  /** A hint about the cause or the remedy, if it is known: a sentence without a full stop. */
  readonly hint?: string | undefined;
  /** Exit status for a program that stops on this error; 1 by default. */
  readonly exitCode?: number;
}

/** A fault in the input or in the world around the tool; never a fault of the tool. */
export class ToolError extends Error {
  readonly code: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly offset: number | undefined;
  readonly frame: string | undefined;
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: ToolErrorOptions) {
    super(message);
    this.name = 'ToolError';
    this.code = options.code;
    this.file = options.file;
    this.line = options.line;
    this.column = options.column;
    this.offset = options.offset;
    this.frame = options.frame;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}

/**
 * An error that is mostly an answer, such as a file that is not there. It has no stack trace: to
 * make one takes longer than most system calls.
 */
export function answerError(message: string, options: ToolErrorOptions): ToolError {
  const before = TRACES.stackTraceLimit;
  if (before === undefined) return new ToolError(message, options);
  TRACES.stackTraceLimit = 0;
  try {
    return new ToolError(message, options);
  } finally {
    TRACES.stackTraceLimit = before;
  }
}

/** Some engines can be told how many calls a stack trace has. */
const TRACES = Error as ErrorConstructor & { stackTraceLimit?: number };

/**
 * An error at the byte `offset` of `source`, with line, column and code frame. If the line contains
 * invisible characters (a carriage return, a byte order mark), the hint says so.
 */
export function errorAt(
  source: Source,
  offset: number,
  code: string,
  message: string,
  hint?: string,
): ToolError {
  return new ToolError(message, {
    code,
    file: source.name,
    ...locate(source.bytes, offset),
    offset,
    frame: codeFrame(source.bytes, offset),
    hint: hint ?? hintAt(source.bytes, offset),
  });
}

/**
 * `file:line:column: error: message`, then the code frame and the hint; `tool: error: message` when
 * no file is at fault. File, message and hint may quote input of any kind: they are made
 * {@link visible} here, and only here.
 */
export function formatError(error: ToolError, tool: string): string {
  return formatDiagnostic(error, 'error', tool);
}

/** The same for a warning: `file:line:column: warning: message`. */
export function formatWarning(warning: ToolError, tool: string): string {
  return formatDiagnostic(warning, 'warning', tool);
}

function formatDiagnostic(found: ToolError, severity: string, tool: string): string {
  const place = [found.file ?? tool, found.line, found.column].filter((part) => part !== undefined);
  const hint =
    found.hint === undefined
      ? ''
      : `  hint: ${visible(found.hint)}
`;
  const message = `${visible(place.join(':'))}: ${severity}: ${visible(found.message)}
`;
  return message + (found.frame ?? '') + hint;
}
