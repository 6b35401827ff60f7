// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Write a file so that it has the old content or the new, whatever goes wrong in between.
 *
 * A new file, or a regular file with one name, is written under a temporary name next to it, and
 * renamed into place. Devices, pipes and files with several names are written in place, because
 * renaming would replace them.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeAll } from './transfer.ts';

/**
 * Replace the content of `name`, whose mode is kept, or create the file with `mode` (the umask
 * applies).
 */
export function replaceFile(name: string | Buffer, bytes: Uint8Array, mode: number): void {
  const stats = fs.statSync(name, { throwIfNoEntry: false });
  if (stats === undefined) {
    writeBeside(behindLinks(name), bytes, mode, undefined);
  } else if (!stats.isFile() || stats.nlink > 1) {
    writeInPlace(name, bytes);
  } else {
    fs.accessSync(name, fs.constants.W_OK);
    writeBeside(fs.realpathSync.native(name, 'buffer'), bytes, 0o600, stats);
  }
}

/**
 * If `name` is a link to a file that does not exist yet, that file's name. Circular links never get
 * here, because stat fails for them.
 */
function behindLinks(name: string | Buffer): string | Buffer {
  if (fs.lstatSync(name, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return name;
  const target = fs.readlinkSync(name, 'buffer').toString('latin1');
  const there = target.startsWith('/') ? target : `${folderOf(name)}/${target}`;
  return behindLinks(Buffer.from(there, 'latin1'));
}

/** The folder's name in Latin-1, so that path.dirname does not change the bytes of a name. */
function folderOf(name: string | Buffer): string {
  return path.dirname(Buffer.from(name as string).toString('latin1'));
}

function writeInPlace(name: string | Buffer, bytes: Uint8Array): void {
  fs.writeFileSync(name, bytes);
}

function writeBeside(
  name: string | Buffer,
  bytes: Uint8Array,
  mode: number,
  old: fs.Stats | undefined,
): void {
  // The process's number alone would not be enough: two containers that share a folder may have the
  // same.
  const temporary = Buffer.from(`${folderOf(name)}/.stage0-${randomUUID()}`, 'latin1');
  let created: number;
  try {
    created = fs.openSync(temporary, 'wx', mode);
  } catch (error) {
    if (old === undefined) throw error;
    writeInPlace(name, bytes); // no new file is allowed in the folder
    return;
  }
  try {
    try {
      writeAll(created, bytes);
      if (old !== undefined) {
        fs.fchmodSync(created, old.mode & 0o7777);
        if (old.uid !== process.getuid?.()) fs.fchownSync(created, old.uid, old.gid);
      }
    } finally {
      fs.closeSync(created);
    }
    fs.renameSync(temporary, name);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
