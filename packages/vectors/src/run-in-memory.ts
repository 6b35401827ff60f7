// SPDX-License-Identifier: GPL-3.0-or-later
/** Run a case with a program of ours in a world in memory. */
import { ByteWriter, decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import { ToolError } from '@stage0-ts/diagnostics';
import type { Program } from '@stage0-ts/host';
import { type Engine, MemoryFiles, MemoryHost, type TreeNode } from '@stage0-ts/host/memory';
import { CASE_DIRECTORY, type Change, differences, type Outcome, type VectorCase } from './case.ts';

/** The first line of a file that represents one of our programs in a case's `programs`. */
const PORT_MARK = '#!port ';

/**
 * Run `program` on the case. `programs` are the tools that the case can start, by upstream's names.
 */
export function runInMemory(
  vector: VectorCase,
  program: Program,
  programs: Readonly<Record<string, Program>> = {},
): Outcome {
  const { settings } = vector;
  const files = layOut(vector);
  const before = state(files);
  const streams = { stdout: new ByteWriter(), stderr: new ByteWriter() };
  const engine: Engine = (image, argv, host) => {
    const text = decodeUtf8(image.bytes);
    const port = text.startsWith(PORT_MARK) ? programs[text.slice(PORT_MARK.length)] : undefined;
    if (port === undefined)
      throw new ToolError('cannot be executed here', { code: 'ENOEXEC', file: image.path });
    return { kind: 'exited', status: port(argv, host) };
  };
  const stdin = settings.stdin === undefined ? undefined : vector.input.get(settings.stdin);
  const host = new MemoryHost({
    files,
    engine,
    environment: settings.environment ?? [],
    currentDirectory: CASE_DIRECTORY,
    stdin: stdin ?? new Uint8Array(),
    stdout: (bytes) => streams.stdout.write(bytes),
    stderr: (bytes) => streams.stderr.write(bytes),
  });
  const end = program([vector.tool, ...settings.arguments], host);
  return {
    end,
    stdout: decodeUtf8(streams.stdout.toBytes()),
    stderr: decodeUtf8(streams.stderr.toBytes()),
    changes: differences(before, state(files)),
  };
}

function layOut({ settings, input }: VectorCase): MemoryFiles {
  const files = new MemoryFiles();
  const at = (name: string) => `${CASE_DIRECTORY}/${name}`;
  const put = (name: string, bytes: Uint8Array, mode: number) => {
    files.createDirectories(at(name).slice(0, at(name).lastIndexOf('/')));
    files.writeFile(at(name), bytes.slice(), mode);
  };
  files.createDirectories(CASE_DIRECTORY);
  for (const [name, bytes] of input) put(name, bytes, 0o644);
  for (const name of settings.directories ?? []) files.createDirectories(at(name));
  for (const [name, target] of Object.entries(settings.links ?? {})) {
    files.create(at(name), { kind: 'link', target });
  }
  for (const [name, tool] of Object.entries(settings.programs ?? {})) {
    put(name, encodeUtf8(PORT_MARK + tool), 0o755);
  }
  for (const [name, mode] of Object.entries(settings.modes ?? {})) {
    const node = files.get(at(name));
    if (node.kind !== 'link') node.mode = Number.parseInt(mode, 8);
  }
  return files;
}

function state(files: MemoryFiles): Map<string, Change> {
  const found = new Map<string, Change>();
  const visit = (prefix: string, node: TreeNode): void => {
    if (node.kind !== 'directory') return;
    for (const [name, child] of node.entries) {
      const path = prefix + name;
      if (child.kind === 'link') found.set(path, { kind: 'link', target: child.target });
      else if (child.kind === 'file') {
        found.set(path, { kind: 'file', mode: child.mode, bytes: child.bytes.slice() });
      } else found.set(path, { kind: 'directory', mode: child.mode });
      visit(`${path}/`, child);
    }
  };
  visit('', files.get(CASE_DIRECTORY));
  return found;
}
