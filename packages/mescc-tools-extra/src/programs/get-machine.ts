// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `get_machine [--exact] [--override TEXT] [--os | --blood | --endian | --hex2]`. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { bloodOption, endianOption, loadAddress, stage0Architecture } from '../machine.ts';

const HELP =
  'If you want exact architecture use --exact\n' +
  'If you want to know the Operating system use --os\n' +
  'If you wish to override the output to anything you want use --override\n';

/** Upstream's command line: the first question is answered and ends the run. */
export const getMachine: Program = (argv, host) =>
  reportErrors('get_machine', host, () => {
    const { sysname, machine } = host.systemName();
    let exact = false;
    let override: string | undefined;
    const answer = (text: string): number => {
      host.writeStdout(encodeUtf8(`${override ?? text}\n`));
      return 0;
    };
    for (let i = 1; i < argv.length; i++) {
      switch (argv[i]) {
        case '--exact':
          exact = true;
          break;
        case '--override':
          override = argv[++i];
          if (override === undefined) {
            throw new ToolError('--override needs a value', { code: 'usage' });
          }
          break;
        case '--os':
        case '--OS':
          return answer(sysname);
        case '--blood':
          return answer(bloodOption(machine));
        case '--endian':
          return answer(endianOption(machine));
        case '--hex2':
          return answer(loadAddress(machine));
        case '-V':
        case '--version':
          host.writeStdout(encodeUtf8('get_machine 1.5.0\n'));
          return 0;
        case '-h':
        case '--help':
          host.writeStderr(encodeUtf8(HELP));
          return 0;
        default:
          throw new ToolError(`unknown option: ${argv[i]}`, { code: 'usage' });
      }
    }
    return answer(exact ? machine : stage0Architecture(machine));
  });
