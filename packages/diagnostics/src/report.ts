// SPDX-License-Identifier: GPL-3.0-or-later
/** Turns errors into messages and exit statuses, around every program. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { formatError, ToolError } from './tool-error.ts';

/** The one thing that reporting needs of a host. */
export interface ErrorStream {
  writeStderr(bytes: Uint8Array): void;
}

/**
 * Run the body of a program: its result is the exit status. A {@link ToolError} is printed on
 * standard error and gives its own exit status; input nested so deeply that the engine's stack
 * overflows counts as one, and so does output beyond what a buffer holds. Anything else is a fault
 * of ours and is rethrown.
 */
export function reportErrors(tool: string, host: ErrorStream, body: () => number): number {
  try {
    return body();
  } catch (error) {
    const known = asToolError(error);
    if (known === undefined) throw error;
    host.writeStderr(encodeUtf8(formatError(known, tool)));
    return known.exitCode;
  }
}

/**
 * A ByteWriter's own message, then those of JavaScript engines for a buffer or string that does not
 * fit.
 */
const TOO_LARGE =
  /output is too large|typed array length|array buffer|allocation failed|string length/i;

/**
 * Run a recursive reader of input. If the input is nested so deeply that the engine's stack
 * overflows, throw `fail`'s error, which knows how far the reader came.
 */
export function catchStackOverflow<Result>(
  body: () => Result,
  fail: (message: string) => ToolError,
): Result {
  try {
    return body();
  } catch (error) {
    throw isStackOverflow(error) ? fail(TOO_DEEP) : error;
  }
}

const TOO_DEEP = 'the input is nested too deeply';

/** V8 and SpiderMonkey ("too much recursion") have different messages and error classes. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /call stack|too much recursion/i.test(error.message);
}

/** The {@link ToolError} that an error counts as; undefined for a fault of ours. */
export function asToolError(error: unknown): ToolError | undefined {
  if (error instanceof ToolError) return error;
  if (isStackOverflow(error)) return new ToolError(TOO_DEEP, { code: 'nested-too-deeply' });
  if (error instanceof RangeError && TOO_LARGE.test(error.message)) {
    return new ToolError('the output is too large', { code: 'too-large' });
  }
  return undefined;
}
