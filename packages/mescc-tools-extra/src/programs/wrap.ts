// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `wrap PROGRAM ARGUMENT…`: run the program with the working directory as its root.
 *
 * Upstream also mounts /dev, /proc, /sys and a temporary directory there; a host has no mounts, so
 * ours changes the root and nothing else. Behaviour defined by mescc-tools-extra/wrap.c of
 * stage0-posix 1.9.1.
 */
import { reportErrors, requireOperand, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';

/** The variables that the program gets, in this order, if they are set. */
const KEPT_VARIABLES = [
  'ARCH',
  'ARCH_DIR',
  'M2LIBC',
  'TOOLS',
  'BLOOD_FLAG',
  'BASE_ADDRESS',
  'ENDIAN_FLAG',
  'BINDIR',
  'BUILDDIR',
  'TMPDIR',
  'OPERATING_SYSTEM',
];

/** Upstream exits with the result of execve modulo 256. */
const EXEC_FAILURES: ReadonlyMap<string, number> = new Map([
  ['ENOENT', 254],
  ['ENOEXEC', 248],
  ['EACCES', 243],
  ['ENOTDIR', 236],
  ['ELOOP', 216],
]);

/**
 * Upstream's command line. The status is the program's, or 128 plus the number of the signal that
 * ended it.
 */
export const wrap: Program = (argv, host) =>
  reportErrors('wrap', host, () => {
    const program = requireOperand(argv, 1, 'the program');
    if (host.currentDirectory() !== '/') host.changeRoot('.');
    const ended = execute(host, program, argv.slice(1));
    return ended.kind === 'exited' ? ended.status : 128 + ended.signal;
  });

function execute(host: Host, program: string, argv: readonly string[]): ReturnType<Host['run']> {
  try {
    return host.run(program, argv, keptEnvironment(host.environment));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { message, code, file } = error;
    throw new ToolError(message, {
      code,
      ...(file !== undefined && { file }),
      exitCode: EXEC_FAILURES.get(code) ?? 1,
    });
  }
}

function keptEnvironment(environment: readonly string[]): string[] {
  const kept: string[] = [];
  for (const name of KEPT_VARIABLES) {
    const entry = environment.find((variable) => variable.startsWith(`${name}=`));
    if (entry !== undefined) kept.push(entry);
  }
  return [...kept, 'WRAPPED=yes'];
}
