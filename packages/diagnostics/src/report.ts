// SPDX-License-Identifier: GPL-3.0-or-later
/** Turns errors into messages and exit statuses, around every program. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { formatError, ToolError } from './tool-error.ts';

/** What reporting needs from a host. */
export interface ErrorStream {
  writeStderr(bytes: Uint8Array): void;
}

/**
 * Run the body of a program, whose result is the exit status. A {@link ToolError} is printed on
 * standard error, and gives its own exit status. A stack overflow from deeply nested input counts
 * as such an error, and so does output that no buffer can hold. Any other error is a bug of ours,
 * and is thrown again.
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
 * ByteWriter's own message, and those of JavaScript engines for a buffer or string that is too
 * large.
 */
const TOO_LARGE =
  /output is too large|typed array length|array buffer|allocation failed|string length/i;

/**
 * Run a recursive reader of input. If the nesting overflows the engine's stack, throw the error
 * from `fail`, which knows how far the reader came.
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

/** The {@link ToolError} that an error counts as; undefined for a bug of ours. */
export function asToolError(error: unknown): ToolError | undefined {
  if (error instanceof ToolError) return error;
  if (isStackOverflow(error)) return new ToolError(TOO_DEEP, { code: 'nested-too-deeply' });
  if (error instanceof RangeError && TOO_LARGE.test(error.message)) {
    return new ToolError('the output is too large', { code: 'too-large' });
  }
  return undefined;
}
