// SPDX-License-Identifier: GPL-3.0-or-later
/** Commands that judge a tree: what stops them says nothing about the tree, and has an exit status of its own. */
import { ToolError, type ToolErrorOptions } from '@stage0-ts/diagnostics';

/** Exit status for "cannot judge". */
const CANNOT_JUDGE = 3;

/** Do it; a ToolError on the way ends the program with exit status 3. */
export function judging<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const parts = ['code', 'file', 'line', 'column', 'offset', 'frame'] as const;
    const known = parts.filter((part) => error[part] !== undefined);
    const options = Object.fromEntries(known.map((part) => [part, error[part]]));
    throw new ToolError(error.message, {
      ...(options as unknown as ToolErrorOptions),
      exitCode: CANNOT_JUDGE,
    });
  }
}
