// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A program in one of the bootstrap's languages → its image, and every step on the way there with
 * its map.
 *
 * The tools are the ports, in the order in which the chain uses them. What a program needs besides
 * its own text (instruction names, start code, a few functions) is that of the tutorial; the ELF
 * header is the ladder's. Invariant: the sources of each stage are either given texts or the output
 * of an earlier stage, by identity.
 */
import { ProvenanceMap } from '@stage0-ts/bytes';
import { errorAt, type Source, ToolError } from '@stage0-ts/diagnostics';
import { assemble as assembleHex0 } from '@stage0-ts/hex0';
import { assemble as assembleHex1 } from '@stage0-ts/hex1';
import { link } from '@stage0-ts/hex2';
import { expand } from '@stage0-ts/m1';
import { compile } from '@stage0-ts/m2-planet';
import libraryC from '../../../../docs/tutorial/lib/library.c?raw';
import startCode from '../../../../docs/tutorial/lib/start.M1?raw';
import definitions from '../../../../docs/tutorial/lib/x86_defs.M1?raw';
import elfHeader from '../../../../test-vectors/ladder/lib/x86/ELF-x86.hex2?raw';

export type LanguageName = 'hex0' | 'hex1' | 'hex2' | 'M1' | 'C';

/** One tool's run. */
export interface Stage {
  /** Upstream's name of the tool. */
  readonly tool: string;
  readonly sources: readonly Source[];
  readonly output: Uint8Array;
  /** From each byte of `output` to the sources, by their numbers. */
  readonly provenance: ProvenanceMap;
}

/** A label of the program. */
export interface ProgramLabel {
  readonly name: string;
  readonly address: number;
}

export interface Translation {
  /** In the order of running; the last one made the image. */
  readonly stages: readonly Stage[];
  readonly image: Uint8Array<ArrayBuffer>;
  readonly labels: readonly ProgramLabel[];
  /** What the tools report about the program though they translate it. */
  readonly warnings: readonly ToolError[];
}

/** Where Linux programs of the chain are loaded. */
export const BASE_ADDRESS = 0x08048000;

const TARGET = { architecture: 'x86', bigEndian: false } as const;
const given = (name: string, text: string): Source => ({ name, bytes: encode(text) });
const ELF_HEADER = given('ELF-x86.hex2', elfHeader);
const DEFINITIONS = given('x86_defs.M1', definitions);
const START_CODE = given('start.M1', startCode);
const LIBRARY = given('library.c', libraryC);

/**
 * Translate `source` all the way. Throws ToolError at the place of a fault, in `source` or after
 * it.
 */
export function translate(language: LanguageName, source: Source): Translation {
  switch (language) {
    case 'hex0':
      return assembled('hex0', source, assembleHex0);
    case 'hex1':
      return assembled('hex1', source, assembleHex1);
    case 'hex2':
      return linked([], source);
    case 'M1':
      return expanded([], [DEFINITIONS, source]);
    case 'C': {
      const warnings: ToolError[] = [];
      const compiled = compiledC(source, (warning) => warnings.push(warning));
      const text = { name: 'program.M1', bytes: compiled.output };
      return { ...expanded([compiled], [DEFINITIONS, START_CODE, text]), warnings };
    }
  }
}

function assembled(
  tool: 'hex0' | 'hex1',
  source: Source,
  assemble: typeof assembleHex0,
): Translation {
  const provenance = new ProvenanceMap();
  const image = assemble(source.bytes, { name: source.name, provenance });
  const stage = { tool, sources: [source], output: image, provenance };
  return { stages: [stage], image, labels: labelsIn(stage), warnings: [] };
}

function compiledC(source: Source, warnings: (warning: ToolError) => void): Stage {
  const provenance = new ProvenanceMap();
  const sources = [LIBRARY, source];
  const output = compile(sources, { architecture: 'x86', provenance, warnings });
  return { tool: 'M2-Planet', sources, output, provenance };
}

function expanded(before: readonly Stage[], sources: readonly Source[]): Translation {
  const provenance = new ProvenanceMap();
  const output = tracing(
    before,
    () => expand(sources, { ...TARGET, provenance }),
    sources.at(-1) as Source,
  );
  const stage = { tool: 'M1', sources, output, provenance };
  return linked([...before, stage], { name: 'program.hex2', bytes: output });
}

function linked(before: readonly Stage[], source: Source): Translation {
  const provenance = new ProvenanceMap();
  const sources = [ELF_HEADER, source];
  const options = { ...TARGET, baseAddress: BASE_ADDRESS, provenance };
  const { image, symbols } = tracing(before, () => link(sources, options), source);
  const labels = symbols.map(({ name, address }) => ({ name, address: address >>> 0 }));
  const stage = { tool: 'hex2', sources, output: image, provenance };
  return { stages: [...before, stage], image, labels, warnings: [] };
}

/**
 * Run a tool on `text`. A fault in a text that one of the stages before wrote is shown where that
 * comes from.
 */
function tracing<Result>(before: readonly Stage[], run: () => Result, text: Source): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ToolError) || error.file !== text.name) throw error;
    throw traced(error, before, text, error.offset ?? text.bytes.length);
  }
}

/** The same fault, at the token that the byte at `offset` of `text` comes from. */
function traced(
  error: ToolError,
  before: readonly Stage[],
  text: Source,
  offset: number,
): ToolError {
  const stage = before.find(({ output }) => output === text.bytes);
  if (stage === undefined) return errorAt(text, offset, error.code, error.message);
  const origin = offset < stage.output.length ? stage.provenance.lookup(offset).origin : undefined;
  if (origin === undefined) return error;
  return traced(error, before, stage.sources[origin.source] as Source, origin.start);
}

/** hex1 gives no addresses: a label is where the first byte after it is. */
function labelsIn({ provenance, sources }: Stage): ProgramLabel[] {
  const rows = [...provenance];
  const places = new Map<number, string>();
  const bytes = sources[0]?.bytes ?? new Uint8Array();
  for (const { definition } of rows) {
    if (definition === undefined) continue;
    places.set(definition.end, decode(bytes.subarray(definition.start + 1, definition.end)));
  }
  return [...places].map(([end, name]) => {
    const row = rows.find(({ origin }) => origin !== undefined && origin.start >= end);
    return { name, address: BASE_ADDRESS + (row?.outputStart ?? provenance.outputLength) };
  });
}

/** Text → bytes, as files hold it. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes → text; what is not UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
