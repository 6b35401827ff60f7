// SPDX-License-Identifier: GPL-3.0-or-later
/** The shapes of a case and of what a run of it did. */

/** The content of case.json; see test-vectors/README.md. */
export interface CaseSettings {
  readonly about: string;
  readonly arguments: readonly string[];
  readonly environment?: readonly string[];
  readonly stdin?: string;
  readonly modes?: Readonly<Record<string, string>>;
  readonly directories?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  /** Path → name of the upstream tool that is put there as an executable. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly compare?: readonly ('stdout' | 'stderr')[];
  /** The implementations with which the case can run; default: all. */
  readonly implementations?: readonly ('source' | 'dist' | 'native')[];
  readonly rejects?: string;
  /**
   * What our port makes although upstream fails or makes less: path → octal mode. The bytes are in
   * output/.
   */
  readonly acceptedByOursOnly?: Readonly<Record<string, string>>;
}

export interface VectorCase {
  /** `tool/case`, or `tool-release/case`. */
  readonly name: string;
  readonly tool: string;
  /** Absolute path of the case's folder. */
  readonly folder: string;
  readonly settings: CaseSettings;
  /** Input files, by their paths in the working directory. */
  readonly input: ReadonlyMap<string, Uint8Array>;
}

/** What a run did to one path of the working directory. */
export type Change =
  | { readonly kind: 'file'; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'removed' };

export interface Outcome {
  /** The exit status, or how else the run ended: `signal 11`, `hang`. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** By path; only what has changed by the run. */
  readonly changes: ReadonlyMap<string, Change>;
}

/**
 * The content of recording.json. The bytes of files are in output/. A case that `rejects` or is
 * `acceptedByOursOnly` records only how upstream ended.
 */
export type Recording =
  | { readonly upstream: number | string }
  | {
      readonly exit: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly changes: Readonly<Record<string, RecordedChange>>;
    };

export type RecordedChange =
  | { readonly file: string }
  | { readonly directory: string }
  | { readonly link: string }
  | { readonly removed: true };

/** The name that replaces the working directory in recorded text. */
export const CASE_DIRECTORY = '/case';

/** The differences between two states of the working directory. */
export function differences(
  before: ReadonlyMap<string, Change>,
  after: ReadonlyMap<string, Change>,
): Map<string, Change> {
  const changes = new Map<string, Change>();
  for (const [path, now] of after) {
    if (!sameState(before.get(path), now)) changes.set(path, now);
  }
  for (const path of before.keys()) if (!after.has(path)) changes.set(path, { kind: 'removed' });
  return changes;
}

function sameState(a: Change | undefined, b: Change): boolean {
  if (a?.kind === 'file' && b.kind === 'file') {
    return a.mode === b.mode && sameBytes(a.bytes, b.bytes);
  }
  if (a?.kind === 'directory' && b.kind === 'directory') return a.mode === b.mode;
  return a?.kind === 'link' && b.kind === 'link' && a.target === b.target;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
