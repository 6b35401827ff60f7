// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Wrong command lines: exit status 2, one line that says what is wrong, one that says where to read
 * on.
 */
import { visible } from '@stage0-ts/diagnostics';
import { nearestName } from './suggest.ts';

/** A wrong command line: exit status 2. */
export class UsageError extends Error {
  /** The help text of the command at fault. */
  readonly usage: string;

  constructor(message: string, usage: string) {
    super(message);
    this.usage = usage;
  }
}

/**
 * What is printed for it: the message, an option that may have been meant, and where the help is.
 */
export function usageMessage({ message, usage }: UsageError): string {
  const command = /^usage: (stage0(?: [a-z]+)?)/.exec(usage)?.[1] ?? 'stage0';
  return `${command}: ${shortened(message, usage)}\n  ${command} --help says more\n`;
}

/** `parseArgs` explains at length how a dash is quoted; what helps is the option's right name. */
function shortened(message: string, usage: string): string {
  const unknown = /^Unknown option '(.*?)'(?:\. |$)/s.exec(message)?.[1];
  if (unknown === undefined) return visible(message.split('. To specify')[0] as string);
  const options = [...usage.matchAll(/--([a-z][a-z-]*)/g)].map(([, name]) => name as string);
  const meant = nearestName(unknown.replace(/^-+/, ''), options);
  const hint = meant === undefined ? '' : `; did you mean --${meant}?`;
  return `unknown option ${visible(unknown)}${hint}`;
}
