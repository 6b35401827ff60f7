// SPDX-License-Identifier: GPL-3.0-or-later
/** The command `sha256sum [-o OUTPUT] FILE…` and `sha256sum --check LIST…`. */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { sha256Hex } from '../sha256.ts';

/** Longer names are cut to this length. */
const MAX_NAME = 4096;

/**
 * Upstream's command line: `-c` applies to all files, and a check prints its results on standard
 * output.
 */
export const sha256sum: Program = (argv, host) =>
  reportErrors('sha256sum', host, () => {
    const files: string[] = [];
    const outputs: string[] = [];
    let check = false;
    for (let i = 1; i < argv.length; i++) {
      const argument = argv[i] as string;
      if (argument === '-c' || argument === '--check') check = true;
      else if (argument === '-o' || argument === '--output') {
        const output = argv[++i];
        if (output === undefined) throw new ToolError('-o needs a value', { code: 'usage' });
        outputs.push(output);
      } else if (argument === '-h' || argument === '--help') {
        // Quirk kept: an output file is made as soon as its option is read.
        for (const output of outputs) host.writeFile(output, new Uint8Array(), 0o600);
        host.writeStdout(encodeUtf8('Usage: sha256sum <file> [--check]\n'));
        return 0;
      } else files.push(argument);
    }
    for (const output of outputs) requireDistinct(host, output, files);
    const last = outputs.pop();
    const status = check ? checkLists(host, files) : 0;
    const text = check ? '' : digestLines(host, files, last === undefined);
    if (status === 0) {
      for (const output of outputs) host.writeFile(output, new Uint8Array(), 0o600);
      if (last !== undefined) host.writeFile(last, encodeUtf8(text), 0o600);
      else host.writeStdout(encodeUtf8(text));
    }
    return status;
  });

/**
 * One line for each file. For a missing file, upstream prints a message among the lines and stops
 * with status 1.
 */
function digestLines(host: Host, files: readonly string[], toStdout: boolean): string {
  let text = '';
  for (const file of files) {
    if (host.stat(file) === undefined) {
      if (toStdout) host.writeStdout(encodeUtf8(`${text}${file}: No such file or directory\n`));
      throw new ToolError('no such file or directory', { code: 'ENOENT', file });
    }
    text += `${sha256Hex(host.readFile(file))}  ${file}\n`;
  }
  return text;
}

/**
 * Status 0 if all digests of all lists are right, otherwise 1. A missing file or a bad line ends
 * the check.
 */
function checkLists(host: Host, lists: readonly string[]): number {
  const say = (text: string): void => host.writeStdout(encodeUtf8(text));
  let status = 0;
  for (const list of lists) {
    if (host.stat(list) === undefined) {
      say(`${list}: No such file or directory\n`);
      return 1;
    }
    const bytes = host.readFile(list);
    // A list has at least one line. A NUL after a line ends the list.
    for (let at = 0; at === 0 || (at < bytes.length && bytes[at] !== 0); ) {
      const line = readLine(bytes, at);
      if (line === undefined) {
        say(`${list}: no properly formatted SHA256 checksum lines found\n`);
        return 1;
      }
      at = line.end;
      if (host.stat(line.name) === undefined) {
        say(`${line.name}: No such file or directory\n`);
        return 1;
      }
      const received = sha256Hex(host.readFile(line.name));
      if (received === line.digest) say(`${line.name}: OK\n`);
      else {
        say(`${line.name}: FAILED\nWanted:   ${line.digest}\nReceived: ${received}\n`);
        status = 1;
      }
    }
  }
  return status;
}

/**
 * line = 64 digits, two blanks, name, newline. Quirk kept: of the capital letters, only `F` counts
 * as a digit.
 */
function readLine(
  bytes: Uint8Array,
  start: number,
): { digest: string; name: string; end: number } | undefined {
  const digest = decodeUtf8(bytes.subarray(start, start + 64));
  const nameStart = start + 66;
  if (!/^[0-9a-fF]{64}$/.test(digest)) return undefined;
  if (bytes[start + 64] !== 0x20 || bytes[start + 65] !== 0x20) return undefined;
  const newline = bytes.indexOf(0x0a, nameStart);
  const lineEnd = newline < 0 ? bytes.length : newline;
  const nameEnd = Math.min(lineEnd, nameStart + MAX_NAME);
  const nul = bytes.subarray(nameStart, nameEnd).indexOf(0);
  const name = decodeUtf8(bytes, nameStart, nul < 0 ? nameEnd : nameStart + nul);
  return {
    digest: digest.toLowerCase(),
    name,
    end: nameEnd < lineEnd ? nameEnd : lineEnd + 1,
  };
}
