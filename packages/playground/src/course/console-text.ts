// SPDX-License-Identifier: GPL-3.0-or-later
/** The text of a `console` block: commands, and what they should print. */

export interface ShownCommand {
  readonly command: string;
  readonly output: string;
}

/** `$ command` and the lines after it, in order. */
export function commandsOf(text: string): ShownCommand[] {
  return text
    .split(/^\$ /m)
    .filter(Boolean)
    .map((part) => {
      // A backslash at the end of a line continues the command on the next line.
      const command = /^(?:.*\\\n)*.*\n/.exec(part)?.[0] ?? part;
      return { command, output: part.slice(command.length) };
    });
}

/** A pattern for an output in which `…` means any text. */
export function outputPattern(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`);
}
