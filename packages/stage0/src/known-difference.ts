// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A process that differs between the two worlds → the known difference that explains it, if there
 * is one.
 *
 * A port accepts some inputs that upstream's program rejects or misreads. Each such difference has
 * an entry in a package's known-differences.json. A cross-check that meets one must not report it
 * as a trap.
 */
import { decodeLatin1 } from '@stage0-ts/bytes';
import { failed, type ProcessRecord } from './records.ts';

const UNPACKERS = new Set(['ungz', 'unbz2', 'unxz', 'untar']);
const MORE_FORMATS =
  'more-of-the-formats in packages/mescc-tools-extra/known-differences.json: our port reads more of the format';

/** Where a tar header has its type and the prefix of its name, and the size of a block. */
const [TYPE, PREFIX, BLOCK] = [156, 345, 512];

/** The known difference that explains why our port and upstream's program differ, or undefined. */
export function knownDifference(port: ProcessRecord, program: ProcessRecord): string | undefined {
  const { tool = '' } = port;
  if (!UNPACKERS.has(tool) || failed(port)) return undefined;
  const isMore = failed(program) || (tool === 'untar' && inputs(port).some(hasExtensions));
  return isMore ? MORE_FORMATS : undefined;
}

function inputs({ inputs: read, path }: ProcessRecord): Uint8Array[] {
  return [...read].filter(([name]) => name !== path).map(([, { bytes }]) => bytes);
}

/**
 * True for a tar archive with an entry that upstream's untar does not know: a link, a long name, a
 * pax header.
 */
function hasExtensions(bytes: Uint8Array): boolean {
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const type = String.fromCharCode(bytes[at + TYPE] as number);
    if ('1xgLK'.includes(type) || bytes[at + PREFIX] !== 0) return true;
    const size = Number.parseInt(decodeLatin1(bytes, at + 124, at + 135), 8) || 0;
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return false;
}
