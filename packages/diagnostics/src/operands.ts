// SPDX-License-Identifier: GPL-3.0-or-later
/** Checks of a command's operands that several programs share. */
import { ToolError } from './tool-error.ts';

/** What {@link requireDistinct} needs from a host. */
export interface FileComparer {
  sameFile(first: string, second: string): boolean;
}

/** Throw if the output is also one of the inputs: upstream truncates it before reading it. */
export function requireDistinct(
  host: FileComparer,
  output: string,
  inputs: readonly string[],
): void {
  for (const input of inputs) {
    if (input === output || host.sameFile(input, output)) {
      throw new ToolError('the output is also an input', { code: 'output-is-input', file: output });
    }
  }
}

/** The operand at `index` of the argument vector, or an error that says what is missing. */
export function requireOperand(argv: readonly string[], index: number, what: string): string {
  const operand = argv[index];
  if (operand === undefined) throw new ToolError(`missing operand: ${what}`, { code: 'usage' });
  return operand;
}

/** Options of mescc-tools before 1.0, which old scripts still use, and what replaced them. */
const FORMER: ReadonlyMap<string, string> = new Map([
  ['--LittleEndian', 'it is --little-endian since mescc-tools 1.0'],
  ['--BigEndian', 'it is --big-endian since mescc-tools 1.0'],
  ['--BaseAddress', 'it is --base-address since mescc-tools 1.0'],
  ['--Architecture', 'it is --architecture since mescc-tools 1.0'],
  ['--exec_enable', 'leave it out: it was dropped, and outputs are executable'],
]);

/** The error for an option that a tool of mescc-tools does not know. */
export function unknownOption(option: string, message = `unknown option ${option}`): ToolError {
  return new ToolError(message, { code: 'usage', hint: FORMER.get(option) });
}
