// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * JSON of a saved world → the same, known to have its form; or an error.
 *
 * A world can come from anybody. Invariant: every field that {@link WorldDocument} and {@link
 * WorldEntry} declare has its type afterwards; others are left as they are, and are not read.
 */
import { notAWorld, WORLD_VERSION, type WorldDocument, type WorldEntry } from './world.ts';

/** What a value must be. `optional` may be absent. */
type Shape =
  | 'text'
  | 'number'
  | 'true'
  | { readonly each: Shape }
  | { readonly fields: Fields; readonly optional?: Fields };
type Fields = Readonly<Record<string, Shape>>;

const TEXTS: Shape = { each: 'text' };
const CHILD_END: Shape = {
  fields: { kind: 'text' },
  optional: { status: 'number', signal: 'number' },
};
const PUBLISHED: Shape = {
  fields: { path: 'text', published: 'text' },
  optional: { actual: 'text' },
};
const DOCUMENT: Shape = {
  fields: {
    stage0: 'text',
    engine: 'text',
    layout: 'text',
    accepted: { each: { fields: { name: 'text', sha256: 'text', published: 'text' } } },
    archives: { each: { fields: { name: 'text', sha256: 'text' } } },
    packages: {
      each: {
        fields: {
          name: 'text',
          pass: 'number',
          steps: 'number',
          milliseconds: 'number',
          published: { each: PUBLISHED },
        },
      },
    },
    script: {
      fields: {
        path: 'text',
        argv: TEXTS,
        environment: TEXTS,
        directory: 'text',
        children: { each: { fields: { argv: TEXTS, directory: 'text', end: CHILD_END } } },
      },
    },
    clock: { fields: { time: 'number', lastNumber: 'number' } },
    madeByMachine: TEXTS,
    entries: 'text',
  },
  optional: { rounding: 'text' },
};
const ENTRIES: Shape = {
  each: {
    fields: { kind: 'text', path: 'text' },
    optional: {
      mode: 'number',
      sha256: 'text',
      target: 'text',
      sameAs: 'text',
      times: { fields: { number: 'number', modified: 'number' } },
      made: 'true',
      origins: TEXTS,
      otherCode: 'true',
    },
  },
};

/** Throws ToolError for what is not the document of a world, or of another version. */
export function requireDocument(value: unknown): WorldDocument {
  const found = value as Partial<WorldDocument> | null;
  if (typeof found !== 'object' || found?.kind !== 'stage0-ts climb') {
    throw notAWorld('world.json is something else');
  }
  if (found.version !== WORLD_VERSION) {
    throw notAWorld(`it has version ${String(found.version ?? 'none')}, not ${WORLD_VERSION}`);
  }
  const wrong = misfit(value, DOCUMENT, 'world.json');
  if (wrong !== undefined) throw notAWorld(`${wrong} has another form`);
  return value as WorldDocument;
}

/** The same for the list of its names. */
export function requireEntries(value: unknown): WorldEntry[] {
  const wrong = misfit(value, ENTRIES, 'entries');
  if (wrong !== undefined) throw notAWorld(`${wrong} has another form`);
  return value as WorldEntry[];
}

/** Where `value` is not what it must be; undefined if it is. */
function misfit(value: unknown, shape: Shape, place: string): string | undefined {
  if (shape === 'text') return typeof value === 'string' ? undefined : place;
  if (shape === 'number') return Number.isFinite(value) ? undefined : place;
  if (shape === 'true') return value === true ? undefined : place;
  if ('each' in shape) {
    if (!Array.isArray(value)) return place;
    return first(value.map((one, at) => () => misfit(one, shape.each, `${place}[${at}]`)));
  }
  if (typeof value !== 'object' || value === null) return place;
  const given = value as Readonly<Record<string, unknown>>;
  const present = Object.entries(shape.optional ?? {}).filter(
    ([name]) => given[name] !== undefined,
  );
  return first(
    [...Object.entries(shape.fields), ...present].map(
      ([name, field]) =>
        () =>
          misfit(given[name], field, `${place}.${name}`),
    ),
  );
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}
