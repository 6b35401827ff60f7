// SPDX-License-Identifier: GPL-3.0-or-later
/** `stage0 completion SHELL`: the table of commands → a script that makes a shell complete them. */
import { type Arguments, type Command, type Options, optionHelp } from './command.ts';
import { print } from './streams.ts';
import { UsageError } from './usage.ts';

type Script = (commands: readonly Command[], tools: readonly string[]) => string;

const SCRIPTS: ReadonlyMap<string, Script> = new Map([
  ['bash', bashScript],
  [
    'zsh',
    (commands, tools) =>
      `autoload -U +X bashcompinit && bashcompinit\n${bashScript(commands, tools)}`,
  ],
  ['fish', fishScript],
]);

const SHELLS = [...SCRIPTS.keys()].join(', ');

/** The command that prints the completion script, for these commands and for itself. */
export function completionCommand(others: readonly Command[], tools: readonly string[]): Command {
  const command: Command = {
    name: 'completion',
    summary: 'print a script that makes your shell complete all this',
    operands: [{ name: 'SHELL', help: `one of: ${SHELLS}` }],
    about:
      'Print a script that completes commands, tools and options.\n\n' +
      'bash, zsh: source <(stage0 completion bash), or zsh\n\n' +
      'fish: stage0 completion fish | source',
    options: {},
    exitStatus: '0 printed, 2 usage.',
    load: async () => (given: Arguments) => {
      const [shell = ''] = given.operands;
      const script = SCRIPTS.get(shell);
      if (script === undefined) throw new UsageError(`no shell is named ${shell}: ${SHELLS}`);
      print(script([...others, command], tools));
      return 0;
    },
  };
  return command;
}

/** A file's name is completed where none of our words fits. */
function bashScript(commands: readonly Command[], tools: readonly string[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) words='${longNames(options)}' ;;`,
  );
  return `_stage0() {
  local words='' word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${firstWords(commands, tools)}'
  else case \${COMP_WORDS[1]} in
    help) words='${firstWords(commands, tools)}' ;;
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _stage0 stage0
`;
}

function fishScript(commands: readonly Command[], tools: readonly string[]): string {
  const lines = [`complete -c stage0 -n __fish_use_subcommand -a '${tools.join(' ')}'`];
  for (const { name, summary, options } of commands) {
    lines.push(`complete -c stage0 -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`);
    for (const [option, one] of Object.entries(options)) {
      const value = one.value === undefined ? '' : ' -r';
      const seen = `-n '__fish_seen_subcommand_from ${name}'`;
      const help = (optionHelp(one).split('\n')[0] as string).replace(/:$/, '');
      lines.push(`complete -c stage0 ${seen} -l ${option}${value} -d ${quoted(help)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function firstWords(commands: readonly Command[], tools: readonly string[]): string {
  return [...commands.map(({ name }) => name), 'help', 'version', ...tools].join(' ');
}

function longNames(options: Options): string {
  return [...Object.keys(options), 'help'].map((name) => `--${name}`).join(' ');
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
