// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The table of commands → the man page stage0(1), in roff.
 *
 * The package has it as a file, `stage0.1`, which a test keeps equal to this.
 */
import { type Command, optionHelp, optionWord, synopsis } from './command.ts';

export function manPage(commands: readonly Command[], tools: readonly string[]): string {
  const lines = [
    '.\\" SPDX-License-Identifier: GPL-3.0-or-later',
    '.TH STAGE0 1',
    '.SH NAME',
    'stage0 \\- build, cross-check and explain the stage0 bootstrap',
    '.SH SYNOPSIS',
    ...commands.flatMap((one) => [
      '.B',
      `stage0 ${escaped(`${one.name} ${synopsis(one)}`)}`,
      '.br',
    ]),
    '.B',
    escaped('stage0 TOOL [ARGUMENT…]'),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH TOOLS',
    'Each runs as the program of that name in stage0\\-posix:',
    `${escaped(tools.join(', '))}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(command: Command): string[] {
  const { name, about, operands, options, notes, exitStatus } = command;
  const lines = ['.SS', escaped(`stage0 ${name}`), ...paragraphs(about)];
  for (const { name: operand, help } of operands) {
    if (help !== undefined) lines.push('.TP', `.I ${escaped(operand)}`, escaped(help));
  }
  for (const [option, one] of Object.entries(options)) {
    lines.push('.TP', `.B ${escaped(optionWord(option, one))}`);
    lines.push(escaped(optionHelp(one)).replaceAll('\n', '\n.br\n'));
  }
  if (notes !== undefined) lines.push('.PP', ...paragraphs(notes));
  return [...lines, '.PP', escaped(`Exit status: ${exitStatus}`)];
}

function paragraphs(text: string): string[] {
  return escaped(text).replaceAll('\n\n', '\n.PP\n').split('\n');
}

/**
 * Roff gives a meaning to a backslash, to a dash that users type, and to a dot or quote at the
 * beginning of a line.
 */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '\\[u2026]')
    .replace(/^(?=[.'])/gm, '\\&');
}
