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
import { compile as compileMinimal } from '@stage0-ts/cc-x86';
import { errorAt, type Source, ToolError } from '@stage0-ts/diagnostics';
import { assemble as assembleHex0 } from '@stage0-ts/hex0';
import { assemble as assembleHex1 } from '@stage0-ts/hex1';
import { link, linkMinimal } from '@stage0-ts/hex2';
import { expand, expandMinimal } from '@stage0-ts/m1';
import { type Architecture, compile } from '@stage0-ts/m2-planet';
import { concatenate } from '@stage0-ts/mescc-tools-extra';
import libraryC from '../../../../docs/tutorial/lib/library.c?raw';
import startCode from '../../../../docs/tutorial/lib/start.M1?raw';
import definitions from '../../../../docs/tutorial/lib/x86_defs.M1?raw';
import elfHeader from '../../../../test-vectors/ladder/lib/x86/ELF-x86.hex2?raw';
import minimalStart from '../../../../test-vectors/ladder/lib/x86/start.M1?raw';
import minimalDefinitions from '../../../../test-vectors/ladder/lib/x86/x86_defs.M1?raw';

export type LanguageName = 'hex0' | 'hex1' | 'hex2' | 'M0' | 'M1' | 'cc_x86' | 'C';

/** One run of a tool. */
export interface Stage {
  /** Upstream's name of the tool. */
  readonly tool: string;
  readonly sources: readonly Source[];
  readonly output: Uint8Array;
  /** Maps each byte of `output` to the sources, which it gives by number. */
  readonly provenance: ProvenanceMap;
}

/** A label of the program. */
export interface ProgramLabel {
  readonly name: string;
  readonly address: number;
}

export interface Translation {
  /** In the order in which they ran; the last one made the image. */
  readonly stages: readonly Stage[];
  readonly image: Uint8Array<ArrayBuffer>;
  readonly labels: readonly ProgramLabel[];
  /** What the tools report about the program although they translate it. */
  readonly warnings: readonly ToolError[];
}

/** The address at which the chain loads Linux programs. */
export const BASE_ADDRESS = 0x08048000;

const TARGET = { architecture: 'x86', bigEndian: false } as const;
const given = (name: string, text: string): Source => ({ name, bytes: encode(text) });
const ELF_HEADER = given('ELF-x86.hex2', elfHeader);
const DEFINITIONS = given('x86_defs.M1', definitions);
const START_CODE = given('start.M1', startCode);
const LIBRARY = given('library.c', libraryC);
const MINIMAL_DEFINITIONS = given('x86_defs.M1', minimalDefinitions);
const MINIMAL_START = given('start.M1', minimalStart);

/**
 * Translate `source` into an image. Throws a ToolError with the place of a fault, in `source` or in
 * a text that was made from it.
 */
export function translate(language: LanguageName, source: Source): Translation {
  switch (language) {
    case 'hex0':
      return assembled('hex0', source, assembleHex0);
    case 'hex1':
      return assembled('hex1', source, assembleHex1);
    case 'hex2':
      return linked([], source);
    case 'M0':
      return expandedMinimal([], [DEFINITIONS, source]);
    case 'M1':
      return expanded([], [DEFINITIONS, source]);
    case 'cc_x86': {
      const compiled = compiledMinimal(source);
      const text = { name: 'program.M1', bytes: compiled.output };
      return expandedMinimal([compiled], [MINIMAL_DEFINITIONS, MINIMAL_START, text]);
    }
    case 'C': {
      const warnings: ToolError[] = [];
      const compiled = compiledC(source, addTo(warnings));
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
  const warnings: ToolError[] = [];
  const options = { name: source.name, provenance, warnings: addTo(warnings) };
  const image = assemble(source.bytes, options);
  const stage = { tool, sources: [source], output: image, provenance };
  return { stages: [stage], image, labels: labelsIn(stage), warnings };
}

function addTo(warnings: ToolError[]): (warning: ToolError) => void {
  return (warning) => void warnings.push(warning);
}

function compiledMinimal(source: Source): Stage {
  const provenance = new ProvenanceMap();
  const output = compileMinimal(source.bytes, { name: source.name, provenance });
  return { tool: 'cc_x86', sources: [source], output, provenance };
}

/** Several texts joined into one, for tools that have one input. */
function joined(sources: readonly Source[]): Stage {
  const provenance = new ProvenanceMap();
  for (const { name } of sources) provenance.addSource(name);
  const output = concatenate(
    sources.map(({ bytes }) => bytes),
    provenance,
  );
  return { tool: 'catm', sources, output, provenance };
}

/**
 * Assembles as phases 3 to 5 of the chain do: join the texts, run M0, join the result with the
 * header, run hex2-0.
 */
function expandedMinimal(before: readonly Stage[], sources: readonly Source[]): Translation {
  const whole = joined(sources);
  const text = { name: 'joined.M1', bytes: whole.output };
  const expansion = new ProvenanceMap();
  const stages = [...before, whole];
  const found: ToolError[] = [];
  const options = { name: text.name, provenance: expansion, warnings: addTo(found) };
  const output = tracing(stages, () => expandMinimal(text.bytes, options), text);
  const warnings = ownOnly(before, found).map((one) =>
    traced(one, stages, text, one.offset ?? text.bytes.length),
  );
  stages.push({ tool: 'M0', sources: [text], output, provenance: expansion });
  const image = joined([ELF_HEADER, { name: 'program.hex2', bytes: output }]);
  stages.push(image);
  return { ...linkedMinimal(stages, { name: 'joined.hex2', bytes: image.output }), warnings };
}

function linkedMinimal(before: readonly Stage[], source: Source): Translation {
  const provenance = new ProvenanceMap();
  const options = { name: source.name, provenance };
  const { image, symbols } = tracing(before, () => linkMinimal(source.bytes, options), source);
  const labels = symbols.map(({ name, address }) => ({ name, address: address >>> 0 }));
  const stage = { tool: 'hex2-0', sources: [source], output: image, provenance };
  return { stages: [...before, stage], image, labels, warnings: [] };
}

/** Warnings are only for a text that a person wrote, not for one that a tool wrote. */
function ownOnly(before: readonly Stage[], found: readonly ToolError[]): readonly ToolError[] {
  return before.length === 0 ? found : [];
}

/** Other architectures for which M2-Planet can write assembly. */
export const OTHER_ARCHITECTURES: readonly Architecture[] = [
  ...(['amd64', 'aarch64', 'armv7l', 'riscv32', 'riscv64'] as const),
  ...(['knight-posix', 'knight-native'] as const),
];

/** What M2-Planet makes of the program for another architecture; an error as text. */
export function assemblyFor(architecture: Architecture, source: Source): string {
  try {
    return decode(compile([source], { architecture }));
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
}

function compiledC(source: Source, warnings: (warning: ToolError) => void): Stage {
  const provenance = new ProvenanceMap();
  const sources = [LIBRARY, source];
  const output = compile(sources, { architecture: 'x86', provenance, warnings });
  return { tool: 'M2-Planet', sources, output, provenance };
}

function expanded(before: readonly Stage[], sources: readonly Source[]): Translation {
  const provenance = new ProvenanceMap();
  const found: ToolError[] = [];
  const options = { ...TARGET, provenance, warnings: addTo(found) };
  const output = tracing(before, () => expand(sources, options), sources.at(-1) as Source);
  const stage = { tool: 'M1', sources, output, provenance };
  const warnings = ownOnly(before, found);
  const whole = linked([...before, stage], { name: 'program.hex2', bytes: output });
  return { ...whole, warnings };
}

function linked(before: readonly Stage[], source: Source): Translation {
  const provenance = new ProvenanceMap();
  const sources = [ELF_HEADER, source];
  const found: ToolError[] = [];
  const options = {
    ...TARGET,
    baseAddress: BASE_ADDRESS,
    provenance,
    warnings: addTo(found),
  };
  const { image, symbols } = tracing(before, () => link(sources, options), source);
  const labels = symbols.map(({ name, address }) => ({ name, address: address >>> 0 }));
  const stage = { tool: 'hex2', sources, output: image, provenance };
  return { stages: [...before, stage], image, labels, warnings: ownOnly(before, found) };
}

/**
 * Run a tool on `text`. If the fault is in a text that an earlier stage wrote, it is shown in the
 * text from which that comes.
 */
function tracing<Result>(before: readonly Stage[], run: () => Result, text: Source): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ToolError) || error.file !== text.name) throw error;
    throw traced(error, before, text, error.offset ?? text.bytes.length);
  }
}

/** The same fault, moved to the token that the byte at `offset` of `text` comes from. */
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

/** hex1 gives no addresses. A label's address is the address of the first byte after it. */
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

/** Text → bytes, encoded as in files. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes → text; invalid UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
