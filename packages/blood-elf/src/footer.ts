// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * M1 sources → an M1 footer: section names, five section headers, the string table, the symbol
 * table.
 *
 * hex2 resolves the footer's labels and displacements together with the program that it is linked
 * after; the ELF header of the `-debug` kind points at it. Every label becomes a function symbol,
 * in order.
 *
 * Behaviour defined by mescc-tools 1.7.0, blood-elf.c.
 */
import { ByteWriter, encodeUtf8, type ProvenanceMap } from '@stage0-ts/bytes';
import type { Source } from '@stage0-ts/diagnostics';
import { requireSources } from '@stage0-ts/diagnostics';
import { findLabels, type Label } from './labels.ts';
import { quoted, type Radix } from './numbers.ts';

/** Every option has upstream's default, except for the byte order, which must be given. */
export interface FooterOptions {
  readonly bigEndian: boolean;
  /** Use 64-bit symbols and sections. Default: false. */
  readonly wide?: boolean;
  /** Base of the numbers. Default: 16. */
  readonly radix?: Radix;
  /**
   * Names that come before the labels. The last one is visible even if it begins with `_`. Default:
   * none.
   */
  readonly entries?: readonly string[];
  /** Receives, for each entry of the tables, its label. Default: no map is made. */
  readonly provenance?: ProvenanceMap | undefined;
}

/**
 * Make the footer for `sources`. Throws ToolError for a label that has no name or more than 4095
 * bytes.
 */
export function footer(
  sources: readonly Source[],
  options: FooterOptions,
): Uint8Array<ArrayBuffer> {
  requireSources(sources);
  const entries = (options.entries ?? []).map((name) => ({
    name: encodeUtf8(name),
    offset: 0,
    source: -1,
  }));
  const labels: Label[] = [...entries];
  for (const [number, source] of sources.entries()) {
    options.provenance?.addSource(source.name);
    findLabels(source, labels, number);
  }
  return new FooterWriter(options, labels, entries.at(-1)).write();
}

/** The five numbers in which section headers differ, as text. */
interface Section {
  readonly label: string;
  readonly name: string;
  readonly type: string;
  readonly flags?: string;
  readonly address: string;
  readonly offset: string;
  readonly size: string;
  readonly link?: string;
  readonly info?: string;
  readonly entrySize?: string;
}

class FooterWriter {
  private readonly out = new ByteWriter(1 << 16);
  private readonly options: FooterOptions;
  private readonly labels: readonly Label[];
  private readonly entry: Label | undefined;
  private readonly zero8: string;
  private readonly zero32: string;

  constructor(options: FooterOptions, labels: readonly Label[], entry: Label | undefined) {
    this.options = options;
    this.labels = labels;
    this.entry = entry;
    this.zero8 = this.formatNumber(0, 1);
    this.zero32 = this.formatNumber(0, 4);
  }

  write(): Uint8Array<ArrayBuffer> {
    this.writeSectionNames();
    this.writeSections();
    this.writeStrings();
    this.writeSymbols();
    this.writeOwn('\n:ELF_end\n');
    this.options.provenance?.finish(this.out.length);
    return this.out.toBytes();
  }

  private writeSectionNames(): void {
    this.writeOwn(`# Generated sections\n:ELF_shstr\n${this.zero8}\t# NULL\n`);
    this.writeOwn(':ELF_shstr__text\n".text"\n');
    this.writeOwn(':ELF_shstr__shstr\n".shstrtab"\n');
    this.writeOwn(':ELF_shstr__sym\n".symtab"\n');
    this.writeOwn(':ELF_shstr__str\n".strtab"\n');
  }

  private writeSections(): void {
    const { zero32 } = this;
    const empty = { address: zero32, offset: zero32, size: zero32 };
    this.writeSection({ label: ':ELF_section_headers', name: zero32, type: zero32, ...empty });
    this.writeSection({
      label: ':ELF_section_header_text',
      name: '%ELF_shstr__text>ELF_shstr',
      type: this.formatNumber(1, 4),
      flags: this.formatNumber(6, 4),
      address: '&ELF_text',
      offset: '%ELF_text>ELF_base',
      size: '%ELF_data>ELF_text',
    });
    this.writeSection({
      label: ':ELF_section_header_shstr',
      name: '%ELF_shstr__shstr>ELF_shstr',
      type: this.formatNumber(3, 4),
      address: '&ELF_shstr',
      offset: '%ELF_shstr>ELF_base',
      size: '%ELF_section_headers>ELF_shstr',
    });
    this.writeSection({
      label: ':ELF_section_header_str',
      name: '%ELF_shstr__str>ELF_shstr',
      type: this.formatNumber(3, 4),
      address: '&ELF_str',
      offset: '%ELF_str>ELF_base',
      size: '%ELF_sym>ELF_str',
    });
    this.writeSection({
      label: ':ELF_section_header_sym',
      name: '%ELF_shstr__sym>ELF_shstr',
      type: this.formatNumber(2, 4),
      address: '&ELF_sym',
      offset: '%ELF_sym>ELF_base',
      size: '%ELF_end>ELF_sym',
      link: this.formatNumber(3, 4),
      info: this.formatNumber(this.labels.length + 1, 4), // the null symbol counts too
      entrySize: this.formatNumber(this.options.wide ? 24 : 16, 4),
    });
  }

  private writeSection(section: Section): void {
    const { zero32 } = this;
    this.writeOwn(`\n${section.label}\n`);
    this.writeField(section.name, 'sh_name');
    this.writeField(section.type, 'sh_type');
    this.writeRegister(section.flags ?? zero32, 'sh_flags');
    this.writeRegister(section.address, 'sh_addr');
    this.writeRegister(section.offset, 'sh_offset');
    this.writeRegister(section.size, 'sh_size');
    this.writeField(section.link ?? zero32, 'sh_link');
    this.writeField(section.info ?? zero32, 'sh_info');
    this.writeRegister(this.formatNumber(1, 4), 'sh_addralign');
    this.writeRegister(section.entrySize ?? zero32, 'sh_entsize');
  }

  private writeField(value: string, name: string): void {
    this.writeOwn(`${value}\t#${name}\n`);
  }

  /** Quirk kept: a 64-bit field is the value and then a zero word, in either byte order. */
  private writeRegister(value: string, name: string): void {
    this.writeField(this.options.wide ? `${value} ${this.zero32}` : value, name);
  }

  private writeStrings(): void {
    this.writeOwn(`\n# Generated string table\n:ELF_str\n${this.zero8}\t# NULL string\n`);
    for (const label of this.labels) {
      const { name } = label;
      this.mapLabel(label);
      this.writeText(':ELF_str_');
      this.out.write(name);
      this.writeText('\t"');
      this.out.write(name);
      this.writeText('"\n');
    }
    this.writeOwn('# END Generated string table\n\n');
  }

  private writeSymbols(): void {
    this.writeOwn('\n# Generated symbol table\n:ELF_sym\n# Required NULL symbol entry\n');
    this.writeOwn(this.formatNullSymbol());
    const tail = this.formatSymbolTails();
    for (const label of this.labels) {
      this.mapLabel(label);
      this.writeText('%ELF_str_');
      this.out.write(label.name);
      this.writeText('>ELF_str\t# st_name\n');
      const rest = this.isHidden(label) ? tail.hidden : tail.visible;
      this.writeText(rest.beforeValue);
      this.out.write(label.name);
      this.writeText(rest.afterValue);
    }
    this.writeOwn('# END Generated symbol table\n');
  }

  /** From here on, the text comes from the label: its colon and name. */
  private mapLabel({ source, offset, name }: Label): void {
    const { provenance } = this.options;
    if (source < 0) provenance?.addOwn(this.out.length);
    else provenance?.add(this.out.length, source, offset - 1, offset + name.length);
  }

  private formatNullSymbol(): string {
    const { zero8, zero32 } = this;
    const name = `${zero32}\t# st_name\n`;
    const kind = `${zero8}\t# st_info\n${zero8}\t# st_other\n${this.formatNumber(1, 2)}\t# st_shndx\n`;
    if (!this.options.wide) {
      return `${name}${zero32}\t# st_value\n${zero32}\t# st_size\n${kind}\n`;
    }
    return `${name}${kind}${zero32} ${zero32}\t# st_value\n${zero32} ${zero32}\t# st_size\n\n`;
  }

  /** What comes before and after the name in st_value, for visible and for hidden labels. */
  private formatSymbolTails(): Record<
    'hidden' | 'visible',
    { beforeValue: string; afterValue: string }
  > {
    const { zero32 } = this;
    const { wide } = this.options;
    const info = `${this.formatNumber(2, 1)}\t# st_info (FUNC)\n`;
    const index = `${this.formatNumber(1, 2)}\t# st_shndx\n`;
    const make = (other: string) =>
      wide
        ? {
            beforeValue: `${info}${other}${index}&`,
            afterValue: ` ${zero32}\t# st_value\n${zero32} ${zero32}\t# st_size (unknown size)\n\n`,
          }
        : {
            beforeValue: '&',
            afterValue: `\t#st_value\n${zero32}\t# st_size (unknown size)\n${info}${other}${index}\n`,
          };
    return {
      hidden: make(`${this.formatNumber(2, 1)}\t# st_other (hidden)\n`),
      visible: make(`${this.zero8}\t# st_other (${wide ? 'other' : 'default'})\n`),
    };
  }

  private isHidden({ name }: Label): boolean {
    return name[0] === 0x5f && !(this.entry !== undefined && sameBytes(this.entry.name, name));
  }

  private formatNumber(value: number, bytes: 1 | 2 | 4): string {
    return quoted(value, bytes, this.options.radix ?? 16, this.options.bigEndian);
  }

  /** Text that does not come from a label. */
  private writeOwn(text: string): void {
    this.options.provenance?.addOwn(this.out.length);
    this.writeText(text);
  }

  private writeText(text: string): void {
    this.out.writeLatin1(text);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
