// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `kaem-minimal [SCRIPT [IGNORED [NAME=value…]]]`: run every command of the script,
 * stop at the first that fails. A trace of each goes to standard output.
 */
import { ByteWriter, decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import {
  errorAt,
  formatError,
  reportErrors,
  type Source,
  ToolError,
  visible,
} from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { readMinimalCommands } from './minimal-reader.ts';

const DEFAULT_SCRIPT = 'kaem.x86';

/** Exit status 0 if every command succeeded, otherwise 1. */
export const kaemMinimal: Program = (argv, host) =>
  reportErrors('kaem-minimal', host, () => {
    const name = argv[1] ?? DEFAULT_SCRIPT;
    const environment = childEnvironment(argv, host);
    const script = { name, bytes: host.readFile(name) };
    for (const { words, offset } of readMinimalCommands(script)) {
      host.writeStdout(trace(words));
      const argv = words.map((word) => decodeUtf8(word));
      if (succeeds(host, argv, environment)) continue;
      tellUnseen(host, script, offset);
      host.writeStdout(encodeUtf8('Subprocess error\nABORTING HARD\n'));
      return 1;
    }
    return 0;
  });

/**
 * Quirk kept: to find the environment, the seed pops one word off the stack for each argument that
 * it knows. With one argument too many, the list starts at the NULL that ends argv and is empty;
 * with more, the further arguments become the environment.
 */
function childEnvironment(argv: readonly string[], host: Host): readonly string[] {
  return argv.length < 3 ? host.environment : argv.slice(3);
}

function succeeds(host: Host, words: readonly string[], environment: readonly string[]): boolean {
  try {
    const end = host.run(words[0] as string, words, environment);
    return end.kind === 'exited' && end.status === 0;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // Upstream's child exits silently when it cannot be started; our port says why.
    host.writeStderr(encodeUtf8(`kaem-minimal: ${visible(`${words[0]}: ${error.message}`)}\n`));
    return false;
  }
}

/**
 * Upstream gives no place. Our port does if the line of the command contains invisible characters.
 */
function tellUnseen(host: Host, script: Source, offset: number): void {
  const failure = errorAt(script, offset, 'subprocess-failed', 'this command failed');
  if (failure.hint === undefined) return;
  host.writeStderr(encodeUtf8(formatError(failure, 'kaem-minimal')));
}

function trace(words: readonly Uint8Array[]): Uint8Array {
  const line = new ByteWriter(256);
  line.writeLatin1(' +> ');
  for (const word of words) {
    line.write(word);
    line.writeByte(0x20);
  }
  line.writeByte(0x0a);
  return line.toBytes();
}
