// SPDX-License-Identifier: GPL-3.0-or-later
/** The tutorial's own files: those in `lib`, which its chapters call $LIB, and next to it. */
import { encodeUtf8 } from '@stage0-ts/bytes';
import type { Contents } from '../shared/readers-files.ts';

const FOLDER = '../../../../docs/tutorial';
const TEXTS: Readonly<Record<string, string>> = import.meta.glob('../../../../docs/tutorial/*/*', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export function libraryFiles(): Contents {
  const files = Object.entries(TEXTS).map(
    ([path, text]) => [path.slice(FOLDER.length), encodeUtf8(text)] as const,
  );
  return Object.fromEntries(files);
}
