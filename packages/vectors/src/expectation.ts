// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What a case expects, derived from its recording; and cases packed as JSON. Needs no file system.
 */
import type {
  CaseSettings,
  Change,
  Outcome,
  RecordedChange,
  Recording,
  VectorCase,
} from './case.ts';

/** A case with its recording. Files are by path, in base 64. */
export interface PackedCase {
  readonly name: string;
  readonly tool: string;
  readonly settings: CaseSettings;
  readonly input: Readonly<Record<string, string>>;
  readonly recording: Recording;
  readonly output: Readonly<Record<string, string>>;
}

/** The case, and its expected outcome, which is undefined if the case `rejects`. */
export function unpackCase(packed: PackedCase): {
  readonly vector: VectorCase;
  readonly expected: Outcome | undefined;
} {
  const { name, tool, settings, recording } = packed;
  const vector = { name, tool, folder: '', settings, input: unpack(packed.input) };
  return { vector, expected: expectedOutcome(vector, recording, unpack(packed.output)) };
}

function unpack(files: Readonly<Record<string, string>>): Map<string, Uint8Array> {
  const bytes = (base64: string) => Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  return new Map(Object.entries(files).map(([name, base64]) => [name, bytes(base64)]));
}

/**
 * The outcome that a recording describes, with the bytes of output/. For a case that is
 * `acceptedByOursOnly`, our outcome. Undefined for a case that `rejects`, of which only upstream's
 * end is recorded.
 */
export function expectedOutcome(
  { settings }: VectorCase,
  recording: Recording,
  output: ReadonlyMap<string, Uint8Array>,
): Outcome | undefined {
  const changes = new Map<string, Change>();
  if (settings.acceptedByOursOnly !== undefined) {
    for (const [name, mode] of Object.entries(settings.acceptedByOursOnly)) {
      changes.set(
        name,
        toChange(mode === 'directory' ? { directory: '0755' } : { file: mode }, output.get(name)),
      );
    }
    return { end: 0, stdout: '', stderr: '', changes };
  }
  if ('upstream' in recording) return undefined;
  for (const [name, change] of Object.entries(recording.changes)) {
    changes.set(name, toChange(change, output.get(name)));
  }
  return { end: recording.exit, stdout: recording.stdout, stderr: recording.stderr, changes };
}

function toChange(change: RecordedChange, bytes: Uint8Array = new Uint8Array()): Change {
  if ('file' in change) return { kind: 'file', mode: Number.parseInt(change.file, 8), bytes };
  if ('directory' in change)
    return { kind: 'directory', mode: Number.parseInt(change.directory, 8) };
  return 'link' in change ? { kind: 'link', target: change.link } : { kind: 'removed' };
}
