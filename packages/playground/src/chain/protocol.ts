// SPDX-License-Identifier: GPL-3.0-or-later
/** The messages between the page and its worker. */
import type { CheckDocument, Explanation } from '@stage0-ts/stage0';

/** Messages to the worker. */
export type Request =
  | { readonly kind: 'check'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'ladder'; readonly files: LadderFiles }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'explain'; readonly path: string; readonly offset: number };

/** Path in the ladder → content. */
export type LadderFiles = Readonly<Record<string, Uint8Array>>;

/** The parts of a check, in their order. */
export const PHASES = ['unpack', 'ports', 'i386', 'rebuild', 'compare'] as const;
export type Phase = (typeof PHASES)[number];

/** How far the check has come. */
export interface Progress {
  readonly phase: Phase;
  /** Processes started in this phase so far. */
  readonly step: number;
  /** Number of processes in the whole phase, if that is known. */
  readonly total: number | undefined;
  /** The command line of the last process. */
  readonly command: string;
}

/** Messages from the worker. */
export type Reply =
  | ({ readonly kind: 'progress' } & Progress)
  | {
      readonly kind: 'checked';
      readonly document: CheckDocument;
      /** Steps that are nodes of the graph. */
      readonly steps: readonly number[];
      /** The node at which the builds begin to differ. */
      readonly begins: number | undefined;
      /** Wall time of everything, including unpacking. */
      readonly milliseconds: number;
    }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: 'explained'; readonly explanation: Explanation }
  | { readonly kind: 'failed'; readonly during: Request['kind']; readonly message: string };
