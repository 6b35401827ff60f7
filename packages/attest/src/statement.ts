// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a cross-check found → an in-toto Statement v1 with a SLSA Provenance v1 predicate, as bytes
 * to sign.
 *
 * Invariant: the bytes follow from the evidence alone. They contain no time, no host name and no
 * path of a computer, so people who checked the same tree in the same way get the same bytes. The
 * text is canonical: two spaces for each level, one line feed at the end, and {@link readStatement}
 * refuses any other form of the same data.
 *
 * Formats: in-toto attestation framework, spec/v1/statement.md; slsa.dev/spec/v1.0/provenance.
 */
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError, visible } from '@stage0-ts/diagnostics';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1';
/** This name defines what the parameters of the build mean: those of {@link Evidence}. */
export const BUILD_TYPE = 'urn:stage0-ts:cross-check:v1';

/** Size of the largest statement that is read, in bytes. A release's statement has 15,000. */
const MAX_STATEMENT = 16 << 20;

/** A named thing and its SHA-256 in hexadecimal. */
export interface Named {
  readonly name: string;
  readonly sha256: string;
}

/** A binary that the build took from the tree. */
export interface TrustedEvidence extends Named {
  /** Bytes. */
  readonly size: number;
  /** Why it is accepted: `made-from-source`, `known`, … */
  readonly standing: string;
  /** The file or seed that vouches for it. */
  readonly by: string;
}

/** What a check found, as plain data. */
export interface Evidence {
  /** The files that the build made, if both engines made the same bytes. */
  readonly files: readonly Named[];
  /** `treeDigest` of the tree. */
  readonly tree: string;
  /** Digest of the tree's Nix archive, if it is known. */
  readonly nar?: string | undefined;
  /** The archives that the tree came in. */
  readonly archives: readonly Named[];
  /** The published release that the tree is. */
  readonly release?: string | undefined;
  readonly architecture: string;
  /** Pairs of engines that were compared, in order. */
  readonly engines: readonly (readonly [string, string])[];
  /** What the caller accepted: `--partial`, `--trust PATH`. */
  readonly accepted: readonly string[];
  readonly trusted: readonly TrustedEvidence[];
  /** For each pair of engines: the verdict in one sentence, and its reasons. */
  readonly verdicts: readonly { readonly sentence: string; readonly notes: readonly string[] }[];
  /** Version of stage0-ts. */
  readonly version: string;
  /** Who ran the check, as a URI, if the caller wants to say so. */
  readonly builder?: string | undefined;
  /** The JavaScript engine that ran the check, if the caller wants to say so. */
  readonly runtime?: string | undefined;
}

/** The parts of a statement that are read again. It may have other parts. */
export interface Statement {
  readonly _type: string;
  readonly subject: readonly Resource[];
  readonly predicateType: string;
  readonly predicate: {
    readonly buildDefinition: {
      readonly buildType: string;
      readonly externalParameters: {
        readonly architecture: string;
        readonly engines: readonly (readonly string[])[];
        readonly accepted: readonly string[];
      };
      readonly internalParameters: { readonly runtime?: string };
      readonly resolvedDependencies: readonly Resource[];
    };
    readonly runDetails: { readonly builder: { readonly id: string } };
  };
}

/** A named thing with its digest, as in-toto writes it. */
export interface Resource {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

const TREE = 'tree';

/** The statement's bytes. Throws ToolError when there is nothing to state. */
export function statementOf(evidence: Evidence): Uint8Array {
  if (evidence.files.length === 0) {
    throw new ToolError('the two engines made none of the files with the same bytes', {
      code: 'no-subject',
    });
  }
  return encodeUtf8(canonical(documentOf(evidence)));
}

function documentOf(evidence: Evidence): unknown {
  const { release, architecture, engines, accepted, runtime, version, builder, verdicts } =
    evidence;
  return {
    _type: STATEMENT_TYPE,
    subject: sorted(evidence.files).map(resource),
    predicateType: PREDICATE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          ...(release !== undefined && { release }),
          architecture,
          engines,
          accepted: [...accepted].sort(),
        },
        internalParameters: { ...(runtime !== undefined && { runtime }) },
        resolvedDependencies: dependencies(evidence),
      },
      runDetails: {
        builder: {
          id: builder ?? 'urn:stage0-ts:cross-check',
          version: { 'stage0-ts': version },
        },
        stage0_verdicts: verdicts,
      },
    },
  };
}

/**
 * The tree, with every kind of digest that people use for it, and the binaries that came with it.
 */
function dependencies({ tree, nar, archives, trusted }: Evidence): unknown[] {
  return [
    resource({ name: TREE, sha256: tree }),
    ...(nar === undefined ? [] : [resource({ name: 'tree as a Nix archive', sha256: nar })]),
    ...sorted(archives).map(resource),
    ...sorted(trusted).map((binary) => ({
      ...resource(binary),
      annotations: { size: binary.size, standing: binary.standing, by: binary.by },
    })),
  ];
}

function resource({ name, sha256 }: Named): Resource {
  return { name, digest: { sha256 } };
}

/**
 * In the order of names, and of digests where names are equal. The order is by code units, so it
 * does not depend on a locale.
 */
function sorted<Item extends Named>(items: readonly Item[]): Item[] {
  const key = ({ name, sha256 }: Named) => `${name}\0${sha256}`;
  return [...items].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function canonical(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * Read a statement. Throws ToolError with file and reason if it is not one of ours, or not in the
 * form that {@link statementOf} writes. For example, of a key that occurs twice, one program would
 * read the first value and another the last.
 */
export function readStatement(bytes: Uint8Array, file: string): Statement {
  if (bytes.length > MAX_STATEMENT) throw refused(file, 'is larger than a statement can be');
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(bytes));
  } catch (error) {
    throw refused(file, `is not JSON: ${visible((error as Error).message)}`);
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw refused(file, fault);
  const again = encodeUtf8(canonical(value));
  const same = again.length === bytes.length && again.every((byte, at) => byte === bytes[at]);
  if (!same) throw refused(file, 'is not in the form in which stage0 attest writes it');
  return value as Statement;
}

function refused(file: string, fault: string): ToolError {
  return new ToolError(fault, { code: 'bad-statement', file });
}

/** What is wrong with the statement's form; undefined if nothing is. */
function faultOf(value: unknown): string | undefined {
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce((inner: unknown, key) => (inner as Record<string, unknown>)?.[key], value);
  const definition = 'predicate.buildDefinition';
  const types: readonly (readonly [string, string])[] = [
    ['_type', STATEMENT_TYPE],
    ['predicateType', PREDICATE_TYPE],
    [`${definition}.buildType`, BUILD_TYPE],
  ];
  for (const [path, wanted] of types) {
    if (at(path) !== wanted) return `has another ${path} than ${wanted}`;
  }
  const isText = (path: string) => typeof at(path) === 'string';
  if (!isText(`${definition}.externalParameters.architecture`)) return 'names no architecture';
  const engines = at(`${definition}.externalParameters.engines`);
  if (!Array.isArray(engines) || !engines.every(areTexts)) return 'names no engines';
  if (!areTexts(at(`${definition}.externalParameters.accepted`))) {
    return 'does not say what was accepted';
  }
  if (typeof at(`${definition}.internalParameters`) !== 'object') return 'has no parameters';
  const runtime = at(`${definition}.internalParameters.runtime`);
  if (runtime !== undefined && typeof runtime !== 'string') return 'names no runtime in its place';
  if (!isText('predicate.runDetails.builder.id')) return 'names no builder';
  const dependencies = at(`${definition}.resolvedDependencies`);
  if (!areResources(dependencies) || dependencies[0]?.name !== TREE) return 'names no tree';
  const subject = at('subject');
  if (!areResources(subject) || subject.length === 0) return 'has no subject';
  const names = subject.map(({ name }) => name);
  if (names.some((name, n) => n > 0 && (names[n - 1] as string) >= name)) {
    return 'has subjects that are not in order, or the same name twice';
  }
  return undefined;
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function areResources(value: unknown): value is readonly Resource[] {
  return Array.isArray(value) && value.every(isResource);
}

function isResource(value: unknown): value is Resource {
  const { name, digest } = (value ?? {}) as Partial<Resource>;
  return typeof name === 'string' && /^[0-9a-f]{64}$/.test(digest?.sha256 ?? '');
}

/** Digest of the tree that the statement is about. */
export function treeOf({ predicate }: Statement): string {
  return predicate.buildDefinition.resolvedDependencies[0]?.digest.sha256 ?? '';
}

/** The first thing about the build itself on which two statements differ. */
export interface Disagreement {
  /** What differs: `tree`, `architecture`, or a file's name. */
  readonly about: string;
  readonly first: string;
  readonly second: string;
}

/**
 * The first disagreement of two statements; undefined when they *agree*: their tree, architecture,
 * and files with digests are the same. Engines, builder and runtime may differ: those are two ways
 * to the same result.
 */
export function disagreement(a: Statement, b: Statement): Disagreement | undefined {
  const rows: (readonly [string, string, string])[] = [
    ['tree', treeOf(a), treeOf(b)],
    ['architecture', architectureOf(a), architectureOf(b)],
  ];
  const [left, right] = [digests(a), digests(b)];
  for (const name of [...new Set([...left.keys(), ...right.keys()])].sort()) {
    rows.push([name, left.get(name) ?? 'not made', right.get(name) ?? 'not made']);
  }
  const found = rows.find(([, first, second]) => first !== second);
  return found && { about: found[0], first: found[1], second: found[2] };
}

export function architectureOf({ predicate }: Statement): string {
  return predicate.buildDefinition.externalParameters.architecture;
}

function digests({ subject }: Statement): Map<string, string> {
  return new Map(subject.map(({ name, digest }) => [name, digest.sha256]));
}
