// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `mescc-tools-extra TOOL ARGUMENT…`: all tools in one command, because upstream's
 * names are also those of the system's own commands.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { catm, catmMinimal } from './catm.ts';
import { chmod } from './chmod.ts';
import { cp } from './cp.ts';
import { getMachine } from './get-machine.ts';
import { match } from './match.ts';
import { mkdir } from './mkdir.ts';
import { replace } from './replace.ts';
import { rm } from './rm.ts';
import { sha256sum } from './sha256sum.ts';
import { unbz2 } from './unbz2.ts';
import { ungz } from './ungz.ts';
import { untar } from './untar.ts';
import { unxz } from './unxz.ts';
import { wrap } from './wrap.ts';

/** The programs by upstream's names. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  catm,
  'catm-minimal': catmMinimal,
  chmod,
  cp,
  get_machine: getMachine,
  match,
  mkdir,
  replace,
  rm,
  sha256sum,
  unbz2,
  ungz,
  untar,
  unxz,
  wrap,
};

/**
 * Run the tool that the first argument names. `--help` lists the tools; the status is 2 for an
 * unknown one.
 */
export const mesccToolsExtra: Program = (argv, host) =>
  reportErrors('mescc-tools-extra', host, () => {
    const [, tool, ...rest] = argv;
    const names = Object.keys(PROGRAMS).join(' ');
    if (tool === '--help' || tool === '-h') {
      host.writeStdout(encodeUtf8(`Usage: mescc-tools-extra TOOL ARGUMENT...\nTools: ${names}\n`));
      return 0;
    }
    const program =
      tool !== undefined && Object.hasOwn(PROGRAMS, tool) ? PROGRAMS[tool] : undefined;
    if (tool === undefined || program === undefined) {
      const what = tool === undefined ? 'missing operand: a tool' : `unknown tool: ${tool}`;
      throw new ToolError(`${what}; known are ${names}`, { code: 'usage', exitCode: 2 });
    }
    return program([tool, ...rest], host);
  });
