// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Checks of a trace, each hop without the map that it came from: what the hop says is the origin is
 * assembled, expanded or compared alone, and must give the piece.
 */
import { footer } from '@stage0-ts/blood-elf';
import { decodeLatin1, encodeLatin1 } from '@stage0-ts/bytes';
import { assemble as assembleHex0 } from '@stage0-ts/hex0';
import { assemble as assembleHex1 } from '@stage0-ts/hex1';
import { type LinkSymbol, link, linkMinimal } from '@stage0-ts/hex2';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { expand, expandMinimal } from '@stage0-ts/m1';
import type { Explainer, Explanation, Hop, Place } from '@stage0-ts/stage0';
import { expect } from 'vitest';

const X86 = { architecture: 'x86', bigEndian: false } as const;
/** Size of a pointer in bytes, by its sigil. */
const SIZES: Readonly<Record<string, number>> = { '!': 1, '@': 2, $: 2, '~': 3, '%': 4, '&': 4 };

const source = (text: string) => ({ name: 'alone', bytes: encodeLatin1(text) });
const hex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

/** Checks traces of one build. */
export class TraceChecker {
  /** How many hops were checked, by tool, and how many traces, by the kind of their end. */
  readonly counts: Record<string, number> = {};
  private readonly explainer: Explainer;
  private readonly tree: MemoryFiles;
  private readonly symbols = new Map<number, ReadonlyMap<string, number>>();

  /** @param tree the tree as it was before the build. */
  constructor(explainer: Explainer, tree: MemoryFiles) {
    this.explainer = explainer;
    this.tree = tree;
  }

  check(explanation: Explanation): void {
    const { hops, end, offset, byte } = explanation;
    const first = hops[0] as Hop;
    expect([first.file, first.start <= offset, offset < first.end]).toEqual([
      explanation.file,
      true,
      true,
    ]);
    const value =
      first.address === null
        ? first.text.charCodeAt(offset - first.start)
        : Number.parseInt(first.text.split(' ')[offset - first.start] as string, 16);
    expect(value).toBe(byte);
    for (const [index, hop] of hops.entries()) {
      this.checkHop(hop);
      const next = hops[index + 1];
      if (next === undefined) break;
      const origin = hop.origin as Place;
      expect(next.file).toBe(origin.file);
      expect(next.start <= origin.start && origin.start < next.end).toBe(true);
      expect(next.step).toBeLessThan(hop.step);
    }
    this.count(`end: ${end.kind}`);
    const place = end.place as Place;
    if (end.kind === 'source') expect(place).toEqual(hops.at(-1)?.origin);
    this.expectInTree(place);
  }

  /** The place must be in a file of the tree, on the line and column that it says. */
  private expectInTree(place: Place): void {
    const lines = this.linesOf(place);
    const rest = [(lines[place.line - 1] as string).slice(place.column - 1)];
    rest.push(...lines.slice(place.line));
    expect(rest.join('\n').slice(0, place.text.length)).toBe(place.text);
  }

  private lineOf(place: Place): string {
    return this.linesOf(place)[place.line - 1] as string;
  }

  /** The lines of the file, which must be in the tree. */
  private linesOf({ file }: Place): string[] {
    const node = this.tree.find(`/${file}`);
    if (node?.kind !== 'file') throw new Error(`${file} is not a file of the tree`);
    return decodeLatin1(node.bytes).split('\n');
  }

  private checkHop(hop: Hop): void {
    const { tool, origin, text } = hop;
    expect(text.length).toBeGreaterThan(0);
    if (hop.command !== null) {
      expect(hop.command.file).toMatch(/kaem/);
      this.expectInTree(hop.command);
    }
    this.count(tool);
    this.checkDefinition(hop);
    if (origin === null) {
      this.checkOwn(hop);
      return;
    }
    switch (tool) {
      case 'hex0':
        expect(hex(assembleHex0(encodeLatin1(origin.text)))).toBe(text);
        break;
      case 'hex1':
      case 'hex2-0':
      case 'hex2':
        this.checkHex(hop, origin);
        break;
      case 'M0':
      case 'M1':
        this.checkMacro(hop, origin);
        break;
      case 'catm':
      case 'catm-minimal':
      case 'cp':
        expect(hop.address === null ? origin.text : hex(encodeLatin1(origin.text))).toBe(text);
        break;
      case 'blood-elf':
        expect(footerOf(`${origin.text}\n`)).toContain(text);
        break;
      case 'cc_x86':
      case 'M2-Planet':
        this.checkCompiled(hop, origin);
        break;
      case 'M2-Mesoplanet':
        expect([hop.definition?.text, origin.text]).toContain(text);
        break;
      case 'replace':
        break;
      default:
        throw new Error(`no check for ${tool}`);
    }
  }

  /** A definition that was traced to the tree must be there, with its name. */
  private checkDefinition({ definition }: Hop): void {
    const source = definition?.source;
    if (!definition || !source) return;
    this.expectInTree(source);
    const name =
      definition.kind === 'function'
        ? definition.text
        : /^:FUNCTION_(.*)/.exec(definition.text)?.[1];
    if (name !== undefined) expect(source.text.replace(/^:FUNCTION_/, '')).toBe(name);
    else if (definition.kind === 'macro')
      expect(definition.text.startsWith(source.text)).toBe(true);
  }

  /**
   * What a tool writes for any input must be in its output for other inputs too, except for the
   * number of symbols.
   */
  private checkOwn({ tool, text, step, file }: Hop): void {
    if (tool !== 'blood-elf') {
      expect(['untar', 'ungz', 'unbz2', 'unxz', 'M2-Planet', 'M2-Mesoplanet', 'cc_x86']).toContain(
        tool,
      );
      return;
    }
    const symbols = /^'(..)(..)(..)(..)'\t#sh_info\n$/.exec(text);
    const same = footerOf(':other\n').includes(text);
    if (symbols === null) expect(same).toBe(true);
    else if (!same) {
      const output = decodeLatin1(this.outputOf(step, file));
      const count = [...output.matchAll(/^:ELF_str_.*\t/gm)].length;
      const [, ...bytes] = symbols;
      expect(Number.parseInt(bytes.reverse().join(''), 16)).toBe(count + 1);
    }
  }

  private outputOf(step: number, file: string): Uint8Array {
    const output = this.explainer.result.processes[step - 1]?.outputs.get(`/${file}`);
    if (output?.kind !== 'file') throw new Error(`step ${step} left no ${file}`);
    return output.bytes;
  }

  /** Digits give the byte. A reference gives the address of its label, or the distance to it. */
  private checkHex(hop: Hop, { text: token }: Place): void {
    const reference = /^([!@$~%&])([^>]*)(?:>(.*))?$/s.exec(token);
    if (reference === null) {
      const bytes =
        hop.tool === 'hex1' ? assembleHex1(encodeLatin1(token)) : link([source(token)], X86).image;
      expect(hex(bytes)).toBe(hop.text);
      return;
    }
    const [, sign = '', label = '', base] = reference;
    const { definition, address } = hop;
    if (definition === null || address === null) throw new Error(`${token} has no label`);
    expect(definition).toMatchObject({ kind: 'label', text: `:${label}` });
    const size = SIZES[sign] as number;
    expect(hop.end - hop.start).toBe(size);
    let from = address + size;
    if (hop.tool !== 'hex1') {
      const symbols = this.symbolsOf(hop);
      expect(definition.address).toBe(symbols.get(label));
      if (base !== undefined) from = symbols.get(base) as number;
    }
    const target = definition.address as number;
    const value = sign === '&' || sign === '$' ? target : target - from;
    const bytes = Uint8Array.from({ length: size }, (_, index) => value >> (8 * index));
    expect(hex(bytes)).toBe(hop.text);
  }

  /** Addresses of labels, as the linker reports them. */
  private symbolsOf({ step, tool, argv }: Hop): ReadonlyMap<string, number> {
    const known = this.symbols.get(step);
    if (known !== undefined) return known;
    const process = this.explainer.result.processes[step - 1];
    const inputs = [...(process?.inputs ?? [])].filter(([path]) => path !== process?.path);
    const sources = inputs.map(([name, { bytes }]) => ({ name, bytes }));
    const base = Number(argv[argv.indexOf('--base-address') + 1]);
    const symbols: readonly LinkSymbol[] =
      tool === 'hex2-0'
        ? linkMinimal(sources[0]?.bytes as Uint8Array).symbols
        : link(sources, { ...X86, baseAddress: base }).symbols;
    const table = new Map(symbols.map(({ name, address }) => [name, address]));
    this.symbols.set(step, table);
    return table;
  }

  /** Expands the token alone, after the definition of the macro that it names. */
  private checkMacro({ tool, definition, text }: Hop, { text: token }: Place): void {
    if (text.trim() === '') return; // a line end, which may have replaced a DEFINE
    if (definition !== null) expect(definition.text.split(/\s/)[0]).toBe(token);
    const program = `${definition === null ? '' : `DEFINE ${definition.text}\n`}${token}\n`;
    const output =
      tool === 'M0' ? expandMinimal(encodeLatin1(program)) : expand([source(program)], X86);
    const lines = decodeLatin1(output).trim();
    if (text.includes('\n')) expect(lines).toContain(text.trim());
    else expect(lines).toBe(text.trim());
  }

  /**
   * The text belongs to the function whose label is above it. Names in it are names in the token.
   */
  private checkCompiled({ step, file, start, end, definition, text }: Hop, origin: Place): void {
    expect(origin.text).toMatch(/^(\w+:?|"[\s\S]*"|'[\s\S]*'|[^\w\s"']+)$/);
    const called = /call %FUNCTION_(\w+)/.exec(text) ?? /^# Defining function (\w+)/.exec(text);
    if (called !== null) expect(origin.text).toBe(called[1]);
    const output = Buffer.from(this.outputOf(step, file));
    /** The name after the last label with this prefix before the end of the piece. */
    const labelled = (prefix: string): string => {
      const at = output.lastIndexOf(prefix, end - prefix.length) + prefix.length;
      return output.toString('latin1', at, output.indexOf('\n', at));
    };
    const globals = output.indexOf('\n# Program global variables\n');
    const strings = output.indexOf('\n# Program strings\n', globals);
    expect(definition?.kind ?? 'function').toBe('function');
    const name = text.startsWith('# Defining function') ? called?.[1] : undefined;
    if (start < globals) expect(definition?.text).toBe(name ?? labelled(':FUNCTION_'));
    else if (start < strings) {
      // The name of a static variable follows the name of its function.
      const label = labelled(':GLOBAL_').replace(/^STORAGE_/, '');
      if (definition === null) expect(label).toMatch(/^\w+$/);
      else expect(label.startsWith(`${definition.text}_`)).toBe(true);
    } else if (definition === null) expect(labelled(':GLOBAL_')).toMatch(/_contents$/);
    else expect(labelled(':STRING_').replace(/_\d+$/, '')).toBe(definition.text);
    // If M2-Planet has expanded a macro itself, the token is in its #define.
    if (definition?.file === origin.file && origin.start < definition.start) {
      expect(this.lineOf(origin)).toMatch(/^\s*#\s*define\b/);
    }
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

function footerOf(program: string): string {
  return decodeLatin1(footer([source(program)], { bigEndian: false }));
}
