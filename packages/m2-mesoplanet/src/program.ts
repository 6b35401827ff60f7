// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The command `M2-Mesoplanet`: options as upstream reads them, preprocessing, then the build
 * (driver.ts).
 */
import {
  encodeLatin1,
  encodeUtf8,
  hostToLatin1,
  latin1ToHost,
  ProvenanceMap,
} from '@stage0-ts/bytes';
import { reportErrors, requireDistinct, type Source, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import { buildBinary } from './driver.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { preprocess } from './preprocess.ts';
import { selectTarget } from './target.ts';

/** Exit status 0, 1 with a message, or the status of a program that failed. */
export const m2Mesoplanet: Program = (argv, host) =>
  reportErrors('M2-Mesoplanet', host, () => compile(readOptions(argv), host));

function compile(options: Options, host: Host): number {
  const lookup = environmentOf(host);
  const target = selectTarget(options, host, lookup);
  const libcPath = lookup.get('M2LIBC_PATH') ?? './M2libc';
  const sources = readSources(options, host, lookup);
  const outputs = [...options.emptyOutputs, options.output].filter((name) => name !== undefined);
  for (const output of outputs) {
    requireDistinct(host, output, [...options.files, ...options.objects]);
    requireOpenable(host, output);
  }
  const provenance = host.provenance && new ProvenanceMap();
  const result = preprocess(sources, {
    readFile: (path) => readIfPresent(host, latin1ToHost(path)),
    libcPath: hostToLatin1(libcPath),
    includePaths: options.includePaths.map(hostToLatin1),
    operatingSystem: target.operatingSystem,
    followIncludes: options.followIncludes,
    maxString: options.maxString,
    defines: [...options.defines, ...target.defines].map(([name, value]) => [
      hostToLatin1(name),
      hostToLatin1(value),
    ]),
    dump: options.dump || options.answer !== undefined,
    provenance,
  });
  host.writeStdout(encodeLatin1(result.notes));
  host.writeStderr(encodeUtf8(result.warnings));
  const leaveEmpty = (names: readonly string[]) => {
    for (const output of names) host.writeFile(output, new Uint8Array(), 0o600);
  };
  if (options.answer !== undefined) {
    leaveEmpty(outputs);
    return answer(options.answer, host);
  }
  const finish = (status: number): number => {
    if (status === 0) leaveEmpty(options.emptyOutputs.filter((name) => name !== options.output));
    return status;
  };
  if (options.dump || options.preprocessOnly) {
    const banner = options.dump ? '' : '/* M2-Mesoplanet Preprocessed source */\n';
    if (provenance !== undefined && options.output !== undefined) {
      host.provenance?.(options.output, withBanner(provenance, banner.length));
    }
    deliver(host, options.output, banner, result.bytes);
    return finish(0);
  }
  const status = buildBinary(host, {
    ...options,
    ...target,
    libcPath,
    temporaryFolder: options.temporaryFolder ?? lookup.get('TMPDIR') ?? '/tmp',
    path: lookup.get('PATH'),
    source: result.bytes,
    provenance: provenance,
    hasSources: sources.length > 0,
    stdioUsed: result.stdioUsed,
  });
  return finish(status);
}

function answer(what: 'help' | 'version', host: Host): number {
  if (what === 'help') host.writeStdout(encodeUtf8(HELP));
  else host.writeStderr(encodeUtf8('M2-Mesoplanet v1.13.0\n'));
  return 0;
}

function deliver(host: Host, output: string | undefined, banner: string, bytes: Uint8Array): void {
  const whole = new Uint8Array(banner.length + bytes.length);
  whole.set(encodeUtf8(banner));
  whole.set(bytes, banner.length);
  if (output === undefined) host.writeStdout(whole);
  else host.writeFile(output, whole, 0o600);
}

/** The same map for an output that begins with this many bytes of our own. */
function withBanner(provenance: ProvenanceMap, length: number): ProvenanceMap {
  return length === 0 ? provenance : provenance.withPrefix(length);
}

/** Name → value. If two entries have the same name, upstream finds the last. */
function environmentOf(host: Host): Map<string, string> {
  const variables = new Map<string, string>();
  for (const entry of host.environment) {
    const equals = entry.indexOf('=');
    if (equals >= 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return variables;
}

function readSources(options: Options, host: Host, lookup: ReadonlyMap<string, string>): Source[] {
  for (const name of options.objects) host.readFile(name);
  const sources = options.files.map((name) => ({ name, bytes: host.readFile(name) }));
  if (sources.length > 0 || options.objects.length > 0 || options.answer !== undefined) {
    return sources;
  }
  if (lookup.has('M2MESOPLANET_NEW_ARGUMENTLESS_BEHAVIOR')) {
    throw new ToolError('Either no input files were given or they were empty', {
      code: 'no-input',
    });
  }
  return [{ name: 'STDIN', bytes: host.readStdin() }];
}

/**
 * Upstream opens the output before anything else, so it starts nothing if the output cannot be
 * made.
 */
function requireOpenable(host: Host, output: string): void {
  const failure = (message: string, code: string) => new ToolError(message, { code, file: output });
  if (host.stat(output)?.kind === 'directory') throw failure('is a directory', 'EISDIR');
  const slash = output.lastIndexOf('/');
  const folder = slash < 0 ? '.' : output.slice(0, slash) || '/';
  const found = host.stat(folder);
  if (found === undefined) throw failure('no such file or directory', 'ENOENT');
  if (found.kind !== 'directory') throw failure('not a directory', 'ENOTDIR');
}

function readIfPresent(host: Host, path: string): Uint8Array | undefined {
  return host.stat(path)?.kind === 'file' ? host.readFile(path) : undefined;
}
