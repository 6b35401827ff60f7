// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a package's `sources` file asks for, and whether a folder of archives has it.
 *
 * A line is `f URL SHA256 [NAME]`, or `g REPOSITORY URL SHA256 [NAME]`; several lines with one name
 * are mirrors of one archive. Invariant: an archive is used only if its SHA-256 is that of the
 * line, or one that the caller accepts by name, and the bytes that were digested are the bytes that
 * are used.
 *
 * Behaviour defined by lib/generator.py of live-bootstrap 984b8322.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { errorAt, ToolError, visible } from '@stage0-ts/diagnostics';
import { sha256Hex } from '@stage0-ts/mescc-tools-extra';

/** An archive that a package is made from. */
export interface SourceArchive {
  /** The package that asks for it first. */
  readonly package: string;
  /** Name of the file: no folder. */
  readonly name: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Where it can be had. */
  readonly urls: readonly string[];
}

/** An archive with another digest than the published one, which the caller accepts. */
export interface AcceptedSource {
  readonly name: string;
  readonly sha256: string;
  /** The digest in the package's `sources`. */
  readonly published: string;
}

/** A name that is one name in a folder on every system. */
const FILE_NAME = /^[A-Za-z0-9][\w.+~-]*$/;

/** The archives of one package. Throws ToolError, with the place, for a line of another form. */
export function readSources(bytes: Uint8Array, file: string, packageName: string): SourceArchive[] {
  const found = new Map<string, SourceArchive & { readonly urls: string[] }>();
  let at = 0;
  for (const line of decodeUtf8(bytes).split('\n')) {
    const fail = (word: string, message: string) =>
      errorAt(
        { name: file, bytes },
        at + encodeUtf8(line.slice(0, Math.max(0, line.indexOf(word)))).length,
        'bad-sources',
        message,
      );
    if (line.trim() !== '') {
      const words = line.trim().split(' ');
      const kind = words.shift() as string;
      if (kind === 'g' || kind === 'git') words.shift();
      const [url, digest, given] = words;
      if (url === undefined || digest === undefined || !/^[0-9a-f]{64}$/.test(digest)) {
        throw fail(digest ?? kind, 'expected a kind, a URL, a SHA-256 and perhaps a name');
      }
      const name = given ?? url.slice(url.lastIndexOf('/') + 1);
      if (!FILE_NAME.test(name)) throw fail(given ?? url, 'this is not a name of a file');
      const known = found.get(name);
      if (known !== undefined && known.sha256 !== digest) {
        throw fail(digest, `another SHA-256 for ${name} than above`);
      }
      if (known === undefined) {
        found.set(name, { package: packageName, name, sha256: digest, urls: [url] });
      } else known.urls.push(url);
    }
    at += encodeUtf8(line).length + 1;
  }
  return [...found.values()];
}

/** What a folder of archives has for a list of them. */
export interface FoundSources {
  /** Content by name. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** What is missing or has another digest. */
  readonly problems: readonly SourceProblem[];
}

/** An archive that cannot be used. */
export interface SourceProblem {
  readonly archive: SourceArchive;
  readonly kind: 'missing' | 'different';
  /** What is wrong, and what to do. */
  readonly message: string;
}

/**
 * What a caller accepts, whether it is needed this time or not: a world must not depend on how far
 * somebody wants to climb. Throws ToolError for what accepts nothing.
 *
 * @param digests by name of the archive.
 */
export function acceptedSources(
  archives: readonly SourceArchive[],
  digests: ReadonlyMap<string, string>,
): AcceptedSource[] {
  return [...digests].map(([name, sha256]) => {
    const archive = archives.find((one) => one.name === name);
    if (archive !== undefined && archive.sha256 !== sha256) {
      return { name, sha256, published: archive.sha256 };
    }
    const message =
      archive === undefined
        ? `${name} cannot be accepted: no package asks for it`
        : `${name} need not be accepted: this is the published digest`;
    throw new ToolError(message, { code: 'no-source' });
  });
}

/** The digest that each archive must have, by name: the accepted one, or else the published. */
export function wantedArchives(
  archives: readonly SourceArchive[],
  accepted: readonly AcceptedSource[],
): Map<string, string> {
  const digests = new Map(archives.map(({ name, sha256 }) => [name, sha256]));
  for (const { name, sha256 } of accepted) digests.set(name, sha256);
  return digests;
}

/**
 * Look for `archives`. `read` gives the content of a name, and undefined where there is no such
 * file; `folder` is for messages.
 */
export function findSources(
  archives: readonly SourceArchive[],
  read: (name: string) => Uint8Array | undefined,
  accepted: readonly AcceptedSource[],
  folder: string,
): FoundSources {
  const digests = wantedArchives(archives, accepted);
  const contents = new Map<string, Uint8Array>();
  const problems: SourceProblem[] = [];
  for (const archive of archives) {
    const { name, sha256, urls } = archive;
    if (contents.has(name)) continue;
    const what = `${name}, for ${archive.package},`;
    const bytes = read(name);
    if (bytes === undefined) {
      const message = `${what} is not in ${visible(folder)}: it has the SHA-256 ${sha256} and comes from ${urls.map(visible).join(' or ')}`;
      problems.push({ archive, kind: 'missing', message });
      continue;
    }
    const actual = sha256Hex(bytes);
    const wanted = digests.get(name) as string;
    if (actual === wanted) contents.set(name, bytes);
    else {
      const message = `${what} has the SHA-256 ${actual}, not ${wanted}: get it again from ${urls.map(visible).join(' or ')}; if it is another archive of the same content, --accept-source ${name}=${actual} takes it, and the report says so`;
      problems.push({ archive, kind: 'different', message });
    }
  }
  return { contents, problems };
}
