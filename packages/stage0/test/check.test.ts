// SPDX-License-Identifier: GPL-3.0-or-later
/** The cross-check, with engines that do what a real one must never do. */

import { decodeUtf8, encodeUtf8 } from '@stage0-ts/bytes';
import type { Engine, MemoryFiles } from '@stage0-ts/host/memory';
import {
  build,
  check,
  checkDocument,
  compareAgainst,
  type ForeignBuild,
  foreignFiles,
  htmlReport,
  layOut,
  machineEngine,
  meaningOf,
  type NamedEngine,
  PORTS,
  portsAndMachine,
  rebuildCompiler,
  treeDigest,
} from '@stage0-ts/stage0';
import { LADDER } from '@stage0-ts/vectors/test-support';
import { describe, expect, it } from 'vitest';
import { loadTree } from '../src/node/load-tree.ts';

const ladder = () => loadTree(LADDER);

/** The ports, with `after` called after every program. The check takes them for machine code. */
function altered(after: (...args: Parameters<Engine>) => void): NamedEngine {
  const run: Engine = (image, argv, host) => {
    const end = PORTS.run(image, argv, host);
    after(image, argv, host);
    return end;
  };
  return { name: 'altered', runsBinaries: false, nature: () => 'machine', run };
}

/** Flips a bit in the output of one command. */
const planted = altered((image, argv, host) => {
  if (!image.path.endsWith('/M0') || argv[2] !== 'out/hello-cc-0.hex2') return;
  const bytes = host.readFile('out/hello-cc-0.hex2').slice();
  bytes[100] = (bytes[100] as number) ^ 1;
  host.writeFile('out/hello-cc-0.hex2', bytes, 0o600);
});

/** A build that was made elsewhere: ours, with some files changed or missing. */
function theirs(
  files: MemoryFiles,
  change: (path: string, bytes: Uint8Array) => Uint8Array | undefined,
): ForeignBuild {
  const same = foreignFiles(files);
  const entry: ForeignBuild['entry'] = (path, follow) => {
    const found = same.entry(path, follow);
    if (found?.kind !== 'file') return found;
    const bytes = change(path, found.read());
    return bytes && { ...found, read: () => bytes };
  };
  return { ...same, entry };
}

describe('check', () => {
  it('finds nothing when both engines agree', () => {
    const result = check(ladder, { engines: [PORTS, altered(() => {})], partial: true });
    expect(result.divergence).toBeUndefined();
    expect(result.ok).toBe(true);
    expect(result.builds[0].processes.length).toBe(result.builds[1].processes.length);
  });

  it('names the process and the byte where they diverge', () => {
    const { ok, divergence } = check(ladder, { engines: [PORTS, planted] });
    expect(ok).toBe(false);
    expect(divergence).toMatchObject({
      kind: 'file',
      path: 'bin/M0',
      argv: ['./bin/M0', 'out/hello-cc-0.M1', 'out/hello-cc-0.hex2'],
      file: 'out/hello-cc-0.hex2',
      message: 'out/hello-cc-0.hex2 differs from byte 0x64 on (786 and 786 bytes)',
    });
    expect(divergence?.inputs.map(({ path }) => path)).toEqual(['bin/M0', 'out/hello-cc-0.M1']);
    expect(divergence?.inputs[1]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(divergence?.diff).toMatch(/^ports {3}00000060 .*\naltered 00000060 .*\n +\^\^$/m);
  });

  it('sees modes, exit statuses, and programs that only one starts', () => {
    const modes = altered((_, argv, host) => {
      if (argv[2] === 'out/hello-hex2') host.chmod('out/hello-hex2', 0o644);
    });
    expect(check(ladder, { engines: [PORTS, modes] }).divergence).toMatchObject({
      kind: 'mode',
      file: 'out/hello-hex2',
      message: 'out/hello-hex2 has the modes 700 and 644',
    });
    const failing: NamedEngine = {
      ...planted,
      run: (image, argv, host) =>
        image.path.endsWith('/cc_x86')
          ? { kind: 'killed', signal: 11 }
          : PORTS.run(image, argv, host),
    };
    const { divergence } = check(ladder, { engines: [PORTS, failing] });
    expect(divergence).toMatchObject({ kind: 'file', path: 'tools/cc_x86' });
  });

  it('reports a process that fails on both sides as a failure', () => {
    const untidy = altered((image, _, host) => {
      if (image.path.endsWith('/cc_x86')) host.writeFile('out/half', Uint8Array.of(1), 0o600);
    });
    const broken = () => {
      const files = ladder();
      files.writeFile('/hello/hello.c', encodeUtf8('int main() { return 0 }\n'), 0o644);
      return files;
    };
    const { ok, divergence, builds, verdict } = check(broken, { engines: [PORTS, untidy] });
    expect(ok).toBe(false);
    expect(verdict.kind).toBe('wrong');
    expect(divergence).toBeUndefined();
    expect(builds[1].failures.map(({ tool }) => tool)).toEqual(['cc_x86']);
  });

  it('gives a document that says which process read and left what', () => {
    let time = 0;
    const result = check(ladder, { engines: [PORTS, planted], now: () => time++ });
    const document = checkDocument(result, { tree: treeDigest(ladder()) });
    expect(document).toMatchObject({
      version: 2,
      arch: 'x86',
      ok: false,
      engines: ['ports', 'altered'],
    });
    expect(document.tree).toMatch(/^[0-9a-f]{64}$/);
    const process = document.processes.find(({ argv }) => argv[2] === 'out/hello-cc-0.hex2');
    expect(process?.inputs.map(({ path }) => path)).toEqual(['bin/M0', 'out/hello-cc-0.M1']);
    expect(process?.outputs[0]?.sha256[0]).not.toBe(process?.outputs[0]?.sha256[1]);
    expect(process?.milliseconds.every((value) => value > 0)).toBe(true);
    const spoiled = document.artifacts.find(({ path }) => path === 'out/hello-cc-0.hex2');
    expect(spoiled).toMatchObject({ size: 786, mode: '0600', verdict: 'match', ok: false });
    expect(spoiled?.sha256).toBe(spoiled?.expected);
    expect(spoiled?.second).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('names the boxes of the graph by what comes from them', () => {
    const document = checkDocument(check(ladder, { engines: [PORTS, PORTS] }), { tree: 'tree' });
    const labels = layOut(document).nodes.map(({ label }) => label);
    expect(labels).toContain('hello-hex1');
    // M2-Mesoplanet starts these. All their outputs except the last have temporary names.
    const between = ['M2-Planet', 'blood-elf', 'M1'].map((tool) => `greet: ${tool}`);
    expect(labels).toEqual(expect.arrayContaining([...between, 'greet']));
    expect(labels.filter((label) => /-0{6}/.test(label))).toEqual([]);
  });

  it('lays out the graph from the seed on: to the right, in lanes, without overlaps', () => {
    const engines = [portsAndMachine(), machineEngine()] as const;
    const document = checkDocument(check(ladder, { engines }), { tree: 'tree' });
    const { nodes, lanes, columns, rows } = layOut(document);
    expect(nodes.filter(({ column }) => column === 0).map(({ label }) => label)).toEqual([
      'kaem-optional-seed',
      'hex0-seed',
    ]);
    expect(lanes.map(({ name }) => name)).toEqual(['kaem.x86', 'utilities.kaem', 'build.kaem']);
    expect(lanes.reduce((sum, lane) => sum + lane.rows, 0)).toBe(rows);
    const at = new Map(nodes.map((node) => [node.step, node]));
    for (const { from, column, row } of nodes) {
      for (const step of from) expect(at.get(step)?.column).toBeLessThan(column);
      expect([column < columns, row < rows]).toEqual([true, true]);
    }
    expect(new Set(nodes.map(({ column, row }) => `${column} ${row}`)).size).toBe(nodes.length);
    const node = (label: string) => nodes.find((one) => one.label === label);
    expect(node('hex1')).toMatchObject({ language: 'hex0', size: 433, isProgram: true });
    expect(node('hex1')?.program).toBe(node('hex0')?.step);
    expect(node('hex0')?.from).toEqual([node('hex0-seed')?.step]);
    expect(nodes.every(({ state }) => state === 'same')).toBe(true);
  });

  it('distinguishes in the graph where a difference begins from what follows', () => {
    const document = checkDocument(check(ladder, { engines: [PORTS, planted] }), { tree: 'tree' });
    const { nodes } = layOut(document);
    const labels = (wanted: string) =>
      nodes.filter(({ state }) => state === wanted).map(({ label }) => label);
    expect(labels('begins')).toEqual(['hello-cc-0.hex2']);
    expect(labels('follows')).toEqual(['hello-cc.hex2', 'hello-cc']);
    const text = meaningOf(document);
    expect(text).toMatch(/^A program does not do what its source says, or our port has a mistake/);
  });

  it('says in a sentence what was trusted, and claims no more than was compared', () => {
    const engines = [portsAndMachine(), machineEngine()] as const;
    const document = checkDocument(check(ladder, { engines, partial: true }), { tree: 'tree' });
    expect(meaningOf(document)).toBe(
      'In 105 of 125 processes a program is what its source says, as two implementations read it that share no code; in the others nothing was compared. No binary was taken on trust: kaem-optional-seed (570 bytes) and hex0-seed (289 bytes) came with the tree, and the build makes the same bytes from source.',
    );
    const [first] = document.trusted;
    const unknown = { ...document, trusted: [{ ...first, standing: 'unknown' as const }] };
    expect(meaningOf(unknown as typeof document)).toContain(
      'Not vouched for by any source: kaem-optional-seed (570 bytes).',
    );
  });

  it('gives a page that needs nothing else', () => {
    const page = htmlReport(
      checkDocument(check(ladder, { engines: [PORTS, planted] }), { tree: 'tree' }),
    );
    expect(page).toContain('NOT THE SAME');
    expect(page).toContain('out/hello-cc-0.hex2 differs from byte 0x64');
    expect(page.match(/<g tabindex="0"/g)?.length).toBe(1); // one tab stop
    expect(page.match(/<g tabindex="-1"/g)?.length).toBeGreaterThan(24);
    expect(page.match(/ begins" transform=/g)?.length).toBe(1);
    expect(page.match(/ follows" transform=/g)?.length).toBe(2);
    expect(page).not.toMatch(/(src|href)=|@import|url\(/);
  });

  it('shows in the page where a folder began to go wrong', () => {
    const built = ladder();
    build(built);
    const result = check(ladder, {
      engines: [PORTS, altered(() => {})],
      against: theirs(built, (path, bytes) => {
        if (path === 'out/hello-M2') return undefined;
        return path === 'out/hello-cc.M1' ? bytes.slice(1) : bytes;
      }),
    });
    const { against } = result;
    const page = htmlReport(checkDocument(result, { tree: 'tree' }));
    expect(page).toContain('NOT THE SAME');
    expect(page).toMatch(/1 of \d+ files differ, 1 missing/);
    expect(page).toContain('right, so it is this program that went wrong');
    const step = against?.first?.step;
    expect(page).toMatch(new RegExp(`data-step="${step}" [^>]*begins"`));
    expect(page.match(/ begins" transform/g)?.length).toBe(1);
    expect(page).toMatch(/data-path="out\/hello-cc\.M1">.*<td>DIFFERS<\/td>/);
  });
});

describe('against a folder that was built elsewhere', () => {
  const files = ladder();
  const ours = { files, ...build(files, { record: true }) };

  it('finds nothing wrong with the same', () => {
    const result = compareAgainst(
      ours,
      theirs(files, (_, bytes) => bytes),
    );
    expect(result).toMatchObject({ differing: [], missing: [], first: undefined });
    expect(result.compared).toBeGreaterThanOrEqual(27);
  });

  it('names the first wrong file and not its victims', () => {
    const wrong = new Set([
      'out/hello-cc.M1',
      'out/hello-cc-0.M1',
      'out/hello-cc-0.hex2',
      'out/hello-cc',
    ]);
    const result = compareAgainst(
      ours,
      theirs(files, (path, bytes) =>
        wrong.has(path) ? bytes.map((byte, at) => (at === 7 ? byte ^ 2 : byte)) : bytes,
      ),
    );
    expect(result.differing.length).toBe(4);
    expect(result.first).toMatchObject({
      file: 'out/hello-cc.M1',
      argv: ['./tools/cc_x86', 'hello/hello.c', 'out/hello-cc.M1'],
      wrongInputs: [],
      unknownInputs: [],
      offset: 7,
    });
  });

  it('says when the inputs were wrong already, or are missing', () => {
    const result = compareAgainst(
      ours,
      theirs(files, (path, bytes) => {
        if (path === 'hello/hello.hex1') return undefined;
        return path === 'out/hello-hex1' ? bytes.slice(1) : bytes;
      }),
    );
    expect(result.first).toMatchObject({
      file: 'out/hello-hex1',
      unknownInputs: ['hello/hello.hex1'],
    });
  });
});

describe('the compiler that rebuilds itself', () => {
  /**
   * The ladder with a compiler that is made in the same way as its hello, but has the compiler's
   * name.
   */
  const withCompiler = () => {
    const files = ladder();
    const script = files.get('/build.kaem');
    if (script.kind !== 'file') throw new Error('the ladder has no script');
    const text = decodeUtf8(script.bytes).replace(/-o out\/hello-M2$/m, '-o out/M2-Planet');
    script.bytes = encodeUtf8(text);
    return files;
  };

  it('follows the record of how it was made', () => {
    const files = withCompiler();
    const { processes } = build(files, { record: true });
    const started: string[] = [];
    const result = rebuildCompiler(files, processes, PORTS, ({ argv }) =>
      started.push(argv.join(' ')),
    );
    expect(result).toMatchObject({ compiler: 'out/M2-Planet', same: true, commands: started });
    expect(started.map((command) => command.split(' ')[0])).toEqual([
      'M2-Planet',
      'blood-elf',
      'M1',
      'hex2',
    ]);
  });

  it('leaves every file of the build to be compared with a folder', () => {
    const engines = [PORTS, { ...PORTS, runsBinaries: true }] as const;
    const { builds, files, selfRebuild } = check(withCompiler, { engines });
    expect(selfRebuild?.same).toBe(true);
    const other = theirs(files, (path, bytes) =>
      path === 'out/M2-Planet' ? bytes.slice(1) : bytes,
    );
    const { differing } = compareAgainst({ ...builds[0], files }, other);
    expect(differing).toEqual(['out/M2-Planet']);
  });
});
