// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * mescc-tools-extra and get_machine: the small tools of stage0, and the archive decoders as
 * functions.
 */

export { bunzip2 } from './bzip2.ts';
export { concatenate } from './catm.ts';
export { crc32, crc64 } from './checksums.ts';
export { DEFAULT_LIMIT, type DecodeOptions } from './decoding.ts';
export { type GzipHeader, gunzip, readGzipHeader } from './gzip.ts';
export { bloodOption, endianOption, loadAddress, stage0Architecture } from './machine.ts';
export { parseMode } from './mode.ts';
export { catm, catmMinimal } from './programs/catm.ts';
export { chmod } from './programs/chmod.ts';
export { cp } from './programs/cp.ts';
export { getMachine } from './programs/get-machine.ts';
export { match } from './programs/match.ts';
export { mkdir } from './programs/mkdir.ts';
export { mesccToolsExtra, PROGRAMS } from './programs/multi-call.ts';
export { replace } from './programs/replace.ts';
export { rm } from './programs/rm.ts';
export { sha256sum } from './programs/sha256sum.ts';
export { unbz2 } from './programs/unbz2.ts';
export { ungz } from './programs/ungz.ts';
export { untar } from './programs/untar.ts';
export { unxz } from './programs/unxz.ts';
export { wrap } from './programs/wrap.ts';
export { type ReplaceOptions, replaceBytes } from './replace.ts';
export { sha256, sha256Hex } from './sha256.ts';
export { readTar, type TarEntry, type TarOptions, type TarType } from './tar.ts';
export { unxzBytes } from './xz.ts';
