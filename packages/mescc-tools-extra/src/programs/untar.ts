// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `untar --file ARCHIVE…`: extract into the working directory, the last archive first.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { ExtractionPlan, extract } from '../extract.ts';
import { readTar, type TarEntry, type TarType } from '../tar.ts';
import { LIMIT_OPTION, limitOf, parseOptions } from './options.ts';

const HELP =
  ' --file $input.gz\n--verbose to print list of extracted files\n--help to get this message\n' +
  '--fuzz-mode if you wish to fuzz this application safely\n' +
  '--non-strict if you wish to just ignore files not existing\n';

/** What `--non-strict` ignores, and what upstream calls it. */
const IGNORED: ReadonlyMap<TarType, string> = new Map([
  ['hard-link', 'hardlink'],
  ['character-device', 'character device'],
  ['block-device', 'block device'],
  ['fifo', 'FIFO'],
]);

/**
 * Upstream's command line and messages. Our port reads all archives to the end before it writes the
 * first file, so a bad archive leaves no files; for such an archive, upstream exits with 0. Without
 * `--non-strict` a hard link becomes a copy.
 */
export const untar: Program = (argv, host) =>
  reportErrors('untar', host, () => {
    const options = parseOptions(argv, {
      values: { '-f': 'file', '--file': 'file', ...LIMIT_OPTION },
      switches: {
        '--chaos': 'fuzz',
        '--fuzz-mode': 'fuzz',
        '--fuzzing': 'fuzz',
        '-v': 'verbose',
        '--verbose': 'verbose',
        '--non-strict': 'non-strict',
        '--bad-decisions-mode': 'non-strict',
        '--drunk-mode': 'non-strict',
      },
    });
    for (const name of options.switches) {
      if (name === 'verbose') continue;
      host.writeStderr(
        encodeUtf8(`${name}${name === 'fuzz' ? '-mode' : ' mode'} enabled, preparing for chaos\n`),
      );
    }
    if (options.help) {
      host.writeStderr(encodeUtf8(`Usage: ${argv[0]}${HELP}`));
      return 0;
    }
    const verbose = options.switches.includes('verbose');
    const strict = !options.switches.includes('non-strict');
    const plan = new ExtractionPlan(host, limitOf(options));
    const reports: { name: string; text: string }[] = [];
    const archives = options.all.filter(({ name }) => name === 'file');
    for (const { value: name } of archives.reverse()) {
      let text = verbose ? `Extracting from ${name}\n` : '';
      for (const entry of readTar(host.readFile(name), { name, keepsGlobalHeaders: true })) {
        text += describe(entry, verbose, strict);
        if (strict || !IGNORED.has(entry.type)) plan.add(entry, name, !strict);
      }
      reports.push({ name, text: verbose ? `${text}End of ${name}\n` : text });
    }
    if (!options.switches.includes('fuzz')) extract(host, plan.steps);
    for (const { name, text } of reports) {
      host.writeStdout(encodeUtf8(text));
      host.writeStderr(encodeUtf8(`The extraction of ${name} was successful\n`));
    }
    return 0;
  });

function describe(entry: TarEntry, verbose: boolean, strict: boolean): string {
  const ignored = IGNORED.get(entry.type);
  if (ignored !== undefined && !strict) return ` Ignoring ${ignored} ${entry.name}\n`;
  if (ignored !== undefined && entry.type !== 'hard-link') {
    throw new ToolError(`${entry.name}: a ${ignored}, which cannot be made`, {
      code: 'unsupported-entry',
    });
  }
  if (!verbose) return '';
  // Quirk kept: if only the slash of its name makes an entry a directory, it is called a file here.
  return ` Extracting ${entry.flag === '5' ? 'dir' : 'file'} ${entry.name}\n`;
}
