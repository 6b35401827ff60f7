// SPDX-License-Identifier: GPL-3.0-or-later
/** What a report is about: the tree and its archives → their digests in all forms. */
import { nixBase32, sriOf } from './nix-base32.ts';

/** An archive that the caller gave. */
export interface ArchiveFacts {
  readonly name: string;
  readonly sha256: string;
}

/** The same with its digest in the base 32 of Nix and Guix. */
export interface ArchiveDocument extends ArchiveFacts {
  readonly nixBase32: string;
}

/** The NAR digest of the tree, as Nix writes it and as Guix does. */
export interface NarDocument {
  /** In hexadecimal. */
  readonly sha256: string;
  readonly sri: string;
  readonly nixBase32: string;
}

/** An archive that is a part of the tree. */
export interface PartFacts extends ArchiveFacts {
  /** Absolute path in the tree. */
  readonly place: string;
}

/** What was checked, and by what: the part of a report that the check itself does not know. */
export interface Subject {
  /** {@link treeDigest} of the tree before the builds. */
  readonly tree: string;
  /** SHA-256 of the tree's Nix archive, in hexadecimal. */
  readonly nar?: string;
  /** How the tree is laid out, and how that was recognised. */
  readonly layout?: string;
  /** Name and version of the program. */
  readonly tool?: string;
  /** The command line. */
  readonly command?: string;
  /** What was chosen for the comparison, and why, if the caller left it open. */
  readonly choice?: string;
  /** The archive that the tree came in. */
  readonly archive?: ArchiveFacts;
  /** The archives that it came in, if there are several. */
  readonly parts?: readonly PartFacts[];
}

/** What the caller gave, in all forms in which people write its digests. */
export interface GivenDocument {
  readonly archive: ArchiveDocument | null;
  /** The archives, if there are several; otherwise empty. */
  readonly parts: readonly (PartFacts & ArchiveDocument)[];
  readonly nar: NarDocument | null;
}

/** The digests of what the caller gave, in all forms in which people write them. */
export function givenDocument({ archive, parts = [], nar }: Subject): GivenDocument {
  const withBase32 = <Facts extends ArchiveFacts>(facts: Facts) => ({
    ...facts,
    nixBase32: nixBase32(facts.sha256),
  });
  return {
    archive: archive === undefined ? null : withBase32(archive),
    parts: parts.map(withBase32),
    nar: nar === undefined ? null : { sha256: nar, sri: sriOf(nar), nixBase32: nixBase32(nar) },
  };
}
