// SPDX-License-Identifier: GPL-3.0-or-later
/** The messages between a chapter's page and its worker. */
import type { DirectoryNode } from '@stage0-ts/host/memory';
import type { Contents } from '../shared/readers-files.ts';

/** Messages to the worker. */
export type Request =
  /** The first message: the world, with the reader's earlier folder if there is one. */
  | {
      readonly kind: 'begin';
      readonly ladder: Contents;
      readonly library: Contents;
      readonly home: DirectoryNode | undefined;
      /** Command lines to be run again for their effect on the shell itself. */
      readonly exports: readonly string[];
    }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'run'; readonly id: number; readonly line: string }
  | { readonly kind: 'read'; readonly id: number; readonly path: string };

/** Messages from the worker. */
export type Reply =
  | {
      readonly kind: 'ran';
      readonly id: number;
      readonly output: string;
      readonly status: number;
      /**
       * The reader's folder in its present state, from which to go on if the next command has to be
       * stopped.
       */
      readonly home: DirectoryNode;
    }
  | { readonly kind: 'read'; readonly id: number; readonly bytes: Uint8Array | undefined };
