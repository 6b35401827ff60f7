// SPDX-License-Identifier: GPL-3.0-or-later
/** The messages between a chapter's page and its worker. */
import type { DirectoryNode } from '@stage0-ts/host/memory';
import type { Contents } from '../shared/readers-files.ts';

/** To the worker. */
export type Request =
  /** First: the world, with an earlier folder of the reader's if there is one. */
  | {
      readonly kind: 'begin';
      readonly ladder: Contents;
      readonly library: Contents;
      readonly home: DirectoryNode | undefined;
      /** Command lines whose effect on the shell itself is to be had again. */
      readonly exports: readonly string[];
    }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'run'; readonly id: number; readonly line: string }
  | { readonly kind: 'read'; readonly id: number; readonly path: string };

/** From the worker. */
export type Reply =
  | {
      readonly kind: 'ran';
      readonly id: number;
      readonly output: string;
      readonly status: number;
      /** The reader's folder now, to go on from if the next command must be stopped. */
      readonly home: DirectoryNode;
    }
  | { readonly kind: 'read'; readonly id: number; readonly bytes: Uint8Array | undefined };
