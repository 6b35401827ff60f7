// SPDX-License-Identifier: GPL-3.0-or-later
/** For tests of what options mean: the words of `stage0 build TREE`, as the command reads them. */
import { type Arguments, type Command, readArguments } from '../src/node/command.ts';
import { COMMANDS } from '../src/node/commands.ts';

export function buildWords(...more: readonly string[]): Arguments {
  const command = COMMANDS.find(({ name }) => name === 'build') as Command;
  return readArguments(command, ['TREE', ...more]) as Arguments;
}
