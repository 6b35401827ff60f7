// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A saved world ↔ a folder of this machine.
 *
 *     world.json        how far it is: engine, digests, packages, the running script
 *     entries-….json    every name in the world; its digest is in world.json and in its own name
 *     content/ab/…      contents, each in a file that is named by its SHA-256
 *
 * Invariant: world.json is replaced last and atomically, so a folder always has a whole world, the
 * previous one or the new one. No name in a world becomes a name on the disk, and no content is
 * used unless it has the digest that was asked for.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { MemoryFiles } from '@stage0-ts/host/memory';
import { NodeHost } from '@stage0-ts/host/node';
import type { ResumedWorld, SavedWorld } from '../climb/climb.ts';
import type { ComparedWorld } from '../climb/compare.ts';
import { notAWorld, type WorldDocument, type WorldEntry, worldOf } from '../climb/world.ts';
import { requireDocument, requireEntries } from '../climb/world-shape.ts';
import { makeDirectories } from './load-tree.ts';

const DOCUMENT = 'world.json';
const DIGEST = /^[0-9a-f]{64}$/;

/** Save a world. Contents that the folder already has are not written again. */
export function saveWorld(folder: string, { document, entries, files }: SavedWorld): void {
  const host = new NodeHost();
  makeDirectories(host, path.join(folder, 'content'));
  const before = host.stat(path.join(folder, DOCUMENT)) && readDocument(folder);
  writeContents(host, folder, entries, files);
  const text = encodeUtf8(JSON.stringify(entries));
  const whole: WorldDocument = { ...document, entries: digest(text) };
  host.writeFile(path.join(folder, entriesName(whole)), text, 0o644);
  const json = `${JSON.stringify(whole, null, 2)}\n`;
  host.writeFile(path.join(folder, DOCUMENT), encodeUtf8(json), 0o644);
  if (before !== undefined && before.entries !== whole.entries) {
    host.remove(path.join(folder, entriesName(before)));
  }
}

function writeContents(
  host: NodeHost,
  folder: string,
  entries: readonly WorldEntry[],
  files: MemoryFiles,
): void {
  for (const { sha256, path: name } of entries) {
    if (sha256 === undefined) continue;
    const target = contentPath(folder, sha256);
    if (host.stat(target) !== undefined) continue;
    const node = files.find(name);
    if (node?.kind !== 'file') continue;
    makeDirectories(host, path.dirname(target));
    host.writeFile(target, node.bytes, 0o644);
  }
}

/** Load a world to go on from. Throws ToolError if the folder has none, or a damaged one. */
export function loadWorld(folder: string, limit: number): ResumedWorld {
  const { document, entries } = readWorld(folder);
  const read = (sha256: string) => readContent(folder, sha256);
  const world = within(folder, () => worldOf(entries, document.clock, limit, read));
  return { document, world };
}

/** Load a world without its contents: their digests are enough to compare it. */
export function readWorld(folder: string): ComparedWorld & { readonly document: WorldDocument } {
  const document = readDocument(folder);
  const text = readPart(folder, entriesName(document));
  if (digest(text) !== document.entries) throw damaged(folder, 'its entries were changed');
  return { document, entries: within(folder, () => requireEntries(parsed(decodeUtf8(text)))) };
}

function readDocument(folder: string): WorldDocument {
  const text = decodeUtf8(readPart(folder, DOCUMENT));
  const document = within(folder, () => requireDocument(parsed(text)));
  if (!DIGEST.test(document.entries)) throw damaged(folder, 'it has no entries');
  return document;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAWorld('a part of it is not JSON');
  }
}

/** Adds the folder's name to the errors of `read`. */
function within<Result>(folder: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ToolError) || error.file !== undefined) throw error;
    throw new ToolError(error.message, { code: error.code, file: folder });
  }
}

function readPart(folder: string, name: string): Uint8Array {
  const host = new NodeHost();
  const file = path.join(folder, name);
  if (host.stat(file)?.kind !== 'file') throw damaged(folder, `there is no file ${name}`);
  return host.readFile(file);
}

function readContent(folder: string, sha256: string): Uint8Array {
  if (!DIGEST.test(sha256)) throw damaged(folder, `${sha256} is not a digest`);
  const name = path.join('content', sha256.slice(0, 2), sha256);
  const bytes = readPart(folder, name);
  if (digest(bytes) === sha256) return bytes;
  throw damaged(folder, `${name} has another content`);
}

function contentPath(folder: string, sha256: string): string {
  return path.join(folder, 'content', sha256.slice(0, 2), sha256);
}

function entriesName({ entries }: Pick<WorldDocument, 'entries'>): string {
  return `entries-${entries}.json`;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function damaged(folder: string, problem: string): ToolError {
  const { message, code } = notAWorld(problem);
  return new ToolError(message, { code, file: folder });
}
