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
      // A command goes on after a backslash at the end of its line.
      const command = /^(?:.*\\\n)*.*\n/.exec(part)?.[0] ?? part;
      return { command, output: part.slice(command.length) };
    });
}

/** A pattern for an output in which `…` stands for anything. */
export function outputPattern(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`);
}
