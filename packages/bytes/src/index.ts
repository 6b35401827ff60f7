// SPDX-License-Identifier: GPL-3.0-or-later
export { ByteWriter } from './byte-writer.ts';
export { decodeLatin1, encodeLatin1, hostToLatin1, latin1ToHost } from './latin1.ts';
export { NameTable } from './name-table.ts';
export { type Provenance, ProvenanceMap, type SourceRange } from './provenance-map.ts';
export { SectionProvenance } from './section-provenance.ts';
export { strtoint, strtointOf } from './strtoint.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
