// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0 …` in the page: the same functions as the command's, on files in memory.
 *
 * It has the options that the course uses. For any other it says that only the real command has it.
 */
import { encodeUtf8 } from '@stage0-ts/bytes';
import { asToolError, formatError, ToolError } from '@stage0-ts/diagnostics';
import type { Host, Program } from '@stage0-ts/host';
import type { MemoryFiles, MemoryHost } from '@stage0-ts/host/memory';
import {
  build,
  buildTable,
  check,
  checkDocument,
  checkText,
  copyTree,
  explain,
  explanationText,
  foreignFiles,
  machineEngine,
  portsAndMachine,
  runScript,
  TOOLS,
  treeDigest,
} from '@stage0-ts/stage0';

/** Options of a subcommand; true for those that have a value. */
type Known = Readonly<Record<string, boolean>>;

interface Given {
  readonly operands: readonly string[];
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** A wrong command line: exit status 2. */
class UsageError extends Error {}

/**
 * The command `stage0`. It reads trees from `world`; paths are relative to the host's working
 * directory.
 */
export function stage0Command(world: MemoryFiles): Program {
  return ([, name = '', ...args], given) => {
    const host = given as MemoryHost;
    const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
    if (tool !== undefined) return tool([name, ...args], host);
    const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
    try {
      if (subcommand === undefined) {
        const names = Object.keys(SUBCOMMANDS).join(', ');
        throw new UsageError(`no command or tool is named ${name || 'so'}; in this page: ${names}`);
      }
      return subcommand(args, host, world);
    } catch (error) {
      if (error instanceof UsageError) {
        host.writeStderr(encodeUtf8(`stage0 ${name}: ${error.message}\n`));
        return 2;
      }
      const known = asToolError(error);
      if (known === undefined) throw error;
      host.writeStderr(encodeUtf8(formatError(known, 'stage0')));
      return 3;
    }
  };
}

const ENGINES = 'ports,i386';

type Subcommand = (args: readonly string[], host: MemoryHost, world: MemoryFiles) => number;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  exec: (args, host) => {
    const [program] = args;
    if (program === undefined) throw new UsageError('exec takes a PROGRAM');
    const end = host.run(program, args, host.environment);
    return end.kind === 'exited' ? end.status : 128 + end.signal;
  },

  build: (args, host, world) => {
    const { operands, values } = parsed(args, { quiet: false, 'keep-going': false, out: true });
    const source = treeAt(operands[0], host, world);
    const files = copyTree(source);
    const result = build(files, {
      engine: portsAndMachine(),
      keepGoing: values.has('keep-going'),
    });
    const made = result.artifacts.map(({ path }) => path);
    save(host, files, made, values.get('out')?.[0]);
    print(host, buildTable(result, { tree: treeDigest(source) }));
    return result.ok ? 0 : 1;
  },

  check: (args, host, world) => {
    const { operands, values } = parsed(args, {
      quiet: false,
      partial: false,
      trust: true,
      against: true,
      engines: true,
    });
    const engines = values.get('engines')?.[0] ?? ENGINES;
    if (engines !== ENGINES) throw new UsageError(`in this page the engines are ${ENGINES}`);
    const source = treeAt(operands[0], host, world);
    const against = values.get('against')?.[0];
    const result = check(() => copyTree(source), {
      engines: [portsAndMachine(), machineEngine()],
      partial: values.has('partial'),
      trust: values.get('trust') ?? [],
      ...(against !== undefined && { against: foreignFiles(treeAt(against, host, world)) }),
    });
    const document = checkDocument(result, { tree: treeDigest(source) });
    print(host, checkText(document));
    return document.verdict.exitStatus;
  },

  explain: (args, host, world) => {
    const { operands } = parsed(args, { quiet: false });
    const [tree, place = ''] = operands;
    const [, path, offset] = /^(.+)@(0x[0-9a-f]+|\d+)$/i.exec(place) ?? [];
    if (path === undefined) throw new UsageError('explain takes a TREE and a PATH@OFFSET');
    const files = copyTree(treeAt(tree, host, world));
    const explanation = explain(files, path, Number(offset), { engine: portsAndMachine() });
    print(host, explanationText(explanation));
    return 0;
  },

  run: (args, host, world) => {
    const { operands, values } = parsed(args, { root: true, out: true });
    const [script] = operands;
    if (script === undefined) throw new UsageError('run takes one SCRIPT');
    const files = copyTree(treeAt(values.get('root')?.[0], host, world));
    const result = runScript(files, {
      script,
      engine: portsAndMachine(),
      stdout: (bytes) => host.writeStdout(bytes),
    });
    const made = [...result.makers.keys()].map((path) => path.slice(1));
    save(host, files, made, values.get('out')?.[0]);
    return result.status;
  },
};

function parsed(args: readonly string[], known: Known): Given {
  const operands: string[] = [];
  const values = new Map<string, string[]>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      operands.push(word);
      continue;
    }
    if (!Object.hasOwn(known, name)) {
      throw new UsageError(`this page does not know the option --${name}; the command may`);
    }
    const value = known[name] ? (inline ?? args[++at]) : '';
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { operands, values };
}

function treeAt(name: string | undefined, host: MemoryHost, world: MemoryFiles): MemoryFiles {
  if (name === undefined) throw new UsageError('which TREE?');
  const node = host.node(name);
  if (node?.kind === 'directory') return world.below(node);
  const code = node === undefined ? 'ENOENT' : 'ENOTDIR';
  const message =
    node === undefined ? 'no such file or directory' : 'in this page a TREE is a folder';
  throw new ToolError(message, { code, file: name });
}

function print(host: Host, text: string): void {
  host.writeStdout(encodeUtf8(text));
}

/** Write the files at `paths` of the tree below `folder`, if a folder is given. */
function save(
  host: Host,
  files: MemoryFiles,
  paths: readonly string[],
  folder: string | undefined,
): void {
  if (folder === undefined) return;
  for (const path of paths) {
    const node = files.find(`/${path}`);
    if (node?.kind !== 'file') continue;
    const target = `${folder}/${path}`;
    const parts = target.split('/');
    for (let count = 1; count < parts.length; count++) {
      const above = parts.slice(0, count).join('/');
      if (above !== '' && host.stat(above) === undefined) host.mkdir(above, 0o777);
    }
    host.writeFile(target, node.bytes.slice(), node.mode & 0o777);
  }
}
