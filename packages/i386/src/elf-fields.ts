// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An ELF program for the i386 → the fields of its headers, each with its place, value and meaning.
 *
 * Names are those of the System V ABI. Headers of small programs overlap, so that a byte may be in
 * two fields. Invariant: the fields of one header follow each other without a gap.
 */

export interface ElfField {
  /** Offset of the first byte, and of the byte after the last. */
  readonly start: number;
  readonly end: number;
  /** Which header: `ELF header` or `program header`. */
  readonly header: string;
  /** The name in the ABI: `e_entry`. */
  readonly name: string;
  readonly value: number;
  /** What the value means, without a full stop. */
  readonly meaning: string;
}

type Row = readonly [name: string, size: number, meaning: (value: number) => string];

const hex = (value: number): string => `0x${value.toString(16)}`;
const nothing = (what: string) => (value: number) => (value === 0 ? `no ${what}` : hex(value));
const or = (wanted: number, yes: string) => (value: number) =>
  value === wanted ? yes : `${hex(value)}, which is not ${wanted}`;

/** The file header, 52 bytes. */
const FILE_HEADER: readonly Row[] = [
  ['e_ident magic', 4, () => 'how the kernel knows an ELF file: a byte 7F, then the letters ELF'],
  ['e_ident class', 1, or(1, 'a program of 32 bits')],
  ['e_ident data', 1, or(1, 'numbers have their lowest byte first')],
  ['e_ident version', 1, or(1, 'version 1 of the format, the only one')],
  [
    'e_ident system',
    1,
    (value) => (value === 3 ? 'Linux; no program reads it' : 'no system in particular'),
  ],
  ['e_ident ABI version', 1, () => 'no program reads it'],
  ['e_ident padding', 7, () => 'no program reads it'],
  ['e_type', 2, or(2, 'a program that is loaded at the addresses that it names')],
  ['e_machine', 2, or(3, 'for the i386')],
  ['e_version', 4, or(1, 'the version again')],
  ['e_entry', 4, (value) => `the first instruction is at ${hex(value)}`],
  ['e_phoff', 4, (value) => `the program header begins at ${hex(value)} of the file`],
  ['e_shoff', 4, nothing('sections')],
  ['e_flags', 4, nothing('flags of the processor')],
  ['e_ehsize', 2, (value) => `this header has ${value} bytes`],
  ['e_phentsize', 2, (value) => `a program header has ${value} bytes`],
  [
    'e_phnum',
    2,
    (value) => (value === 1 ? 'there is one program header' : `there are ${value} program headers`),
  ],
  [
    'e_shentsize',
    2,
    (value) =>
      value === 0
        ? 'there is no section header, so its size is 0'
        : `a section header has ${value} bytes`,
  ],
  [
    'e_shnum',
    2,
    (value) => (value === 0 ? 'there is no section header' : `there are ${value} section headers`),
  ],
  [
    'e_shstrndx',
    2,
    (value) =>
      value === 0 ? 'no section has a name' : `names of sections are in section ${value}`,
  ],
];

const RIGHTS = ['execute', 'write', 'read'];

/** A program header, 32 bytes: what the kernel loads. */
const PROGRAM_HEADER: readonly Row[] = [
  ['p_type', 4, or(1, 'a part of the file that is loaded into memory')],
  ['p_offset', 4, (value) => `it begins at ${hex(value)} of the file`],
  ['p_vaddr', 4, (value) => `it is put at the address ${hex(value)}`],
  ['p_paddr', 4, () => 'an address without virtual memory; no program reads it'],
  ['p_filesz', 4, (value) => `${value} bytes come from the file`],
  [
    'p_memsz',
    4,
    (value) => `in memory it has ${value} bytes; those that the file does not have are zero`,
  ],
  ['p_flags', 4, (value) => `the program may ${rights(value)} here`],
  [
    'p_align',
    4,
    (value) => `the place in memory and the place in the file are equal modulo ${value}`,
  ],
];

function rights(value: number): string {
  const names = RIGHTS.filter((_, bit) => (value >> bit) & 1);
  return names.length === 0 ? 'do nothing' : names.join(', ');
}

/** The fields in the order of the file; empty if the file is not such a program. */
export function elfFields(image: Uint8Array): ElfField[] {
  const isElf = [0x7f, 0x45, 0x4c, 0x46, 1, 1].every((byte, at) => image[at] === byte);
  if (!isElf || image.length < 52) return [];
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const fields = fieldsOf(view, 0, 'ELF header', FILE_HEADER);
  const table = view.getUint32(28, true);
  const count = view.getUint16(44, true);
  for (let at = 0; at < count && table + 32 * (at + 1) <= image.length; at++) {
    const name = count === 1 ? 'program header' : `program header ${at + 1}`;
    fields.push(...fieldsOf(view, table + 32 * at, name, PROGRAM_HEADER));
  }
  return fields;
}

function fieldsOf(view: DataView, from: number, header: string, rows: readonly Row[]): ElfField[] {
  let start = from;
  return rows.map(([name, size, meaning]) => {
    const value =
      size === 1
        ? view.getUint8(start)
        : size === 2
          ? view.getUint16(start, true)
          : view.getUint32(start, true);
    const field = { start, end: start + size, header, name, value, meaning: meaning(value) };
    start += size;
    return field;
  });
}
