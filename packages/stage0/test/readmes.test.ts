// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What the READMEs say is tried: samples are type-checked, run, and do what their comments claim;
 * commands exist; links lead somewhere; every port has its table and its known differences.
 *
 * A sample runs as a module of its own beside this file, in a working directory that holds the
 * files it names.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '@stage0-ts/host';
import { TOOLS, UPSTREAM } from '@stage0-ts/stage0';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SAMPLES = fileURLToPath(new URL('.readme-samples/', import.meta.url));
const RELEASE = UPSTREAM.archive.name;

const packages = fs.readdirSync(path.join(ROOT, 'packages'));
const readmes = ['README.md', ...packages.map((name) => `packages/${name}/README.md`)].filter(
  (file) => fs.existsSync(path.join(ROOT, file)),
);
/** All pages: the READMEs and the pages that they link to. */
const pages = [
  ...readmes,
  ...[
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'test-vectors/README.md',
    'bench/README.md',
  ],
  'packages/i386/docs/how-it-works.md',
  ...fs
    .readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8');
const text = (value: unknown) => Buffer.from(value as Uint8Array).toString('utf8');
const hex = (value: unknown) => Buffer.from(value as Uint8Array).toString('hex');

/** The code blocks of a README in one of the languages. */
function blocks(file: string, ...languages: string[]): string[] {
  const found = read(file).matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...found]
    .filter(([, language]) => languages.includes(language as string))
    .map(([, , code]) => code as string);
}

interface Sample {
  readonly readme: string;
  /** Its index among the README's samples. */
  readonly index: number;
  readonly code: string;
  /** The module file as which the sample runs. */
  readonly module: string;
}

const samples: Sample[] = readmes.flatMap((readme) =>
  blocks(readme, 'ts').map((code, index) => {
    const folder = path.basename(path.dirname(path.join(ROOT, readme)));
    const name = readme === 'README.md' ? 'root' : folder;
    return { readme, index, code, module: path.join(SAMPLES, `${name}-${index + 1}.ts`) };
  }),
);

/** What a sample's variables and its output must be. */
type Claim = (values: Record<string, unknown>, printed: string[][]) => void;

/** Claims by README: one for each sample, in order. */
const CLAIMS: Readonly<Record<string, readonly Claim[]>> = {
  'README.md': [
    ({ bytes }) => expect(text(bytes)).toBe('Hi\n'),
    ({ ok, artifacts }) => {
      expect(ok).toBe(true);
      expect(artifacts).toContainEqual({
        path: expect.any(String),
        size: expect.any(Number),
        mode: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        expected: expect.any(String),
        verdict: 'match',
      });
    },
  ],
  'packages/attest/README.md': [
    ({ ok }, printed) => {
      expect(ok).toBe(true);
      expect(printed.flat().join('')).toContain('ok: 1 of the 1 people');
    },
  ],
  'packages/blood-elf/README.md': [
    (values) => expect(text(values['text'])).toContain(':ELF_str_FUNCTION_main'),
    ({ origin }) => expect(origin).toEqual({ source: 0, start: 0, end: 14 }),
  ],
  'packages/bytes/README.md': [
    ({ bytes, name, again, numbers }) => {
      expect(hex(bytes)).toBe('7f454c46');
      expect(name).toBe('a\udcff');
      expect(hex(again)).toBe('61ff');
      expect(numbers).toEqual([0, 1, 0]);
    },
    ({ first, copied }) => {
      expect(first).toEqual({
        outputStart: 0,
        outputEnd: 2,
        origin: { source: 0, start: 14, end: 17 },
        definition: { source: 0, start: 7, end: 13 },
      });
      expect(copied).toMatchObject({ origin: { source: 0, start: 23, end: 24 } });
    },
  ],
  'packages/cc-x86/README.md': [
    () => expect(fs.readFileSync('M2-0.M1', 'utf8')).toContain(':FUNCTION_main'),
    ({ origin, definition }) => {
      expect(origin).toEqual({ source: 0, start: 20, end: 22 });
      expect(definition).toEqual({ source: 0, start: 4, end: 8 });
    },
  ],
  'packages/diagnostics/README.md': [
    ({ message }) => {
      const lines = [
        'in.hex2:2:3: error: undefined label: nowhere',
        '    %nowhere 41',
        '    ^',
        '',
      ];
      expect(message).toBe(lines.join('\n'));
    },
  ],
  'packages/hex0/README.md': [
    ({ bytes }) => expect(hex(bytes)).toBe('48690a'),
    ({ origin }) => expect(origin).toEqual({ source: 0, start: 3, end: 5 }),
  ],
  'packages/hex1/README.md': [
    ({ bytes }) => expect(hex(bytes)).toBe('e801000000c390c3'),
    ({ origin, definition }) => {
      expect(origin).toEqual({ source: 0, start: 3, end: 5 });
      expect(definition).toEqual({ source: 0, start: 9, end: 11 });
    },
  ],
  'packages/hex2/README.md': [
    ({ image, symbols }) => {
      expect(hex(image)).toBe('e800000000c3');
      expect((symbols as unknown[])[1]).toMatchObject({
        name: 'exit',
        address: 0x8048005,
        file: 'exit.hex2',
        offset: 16,
      });
    },
    ({ origin, definition }) => {
      expect(origin).toEqual({ source: 0, start: 10, end: 15 });
      expect(definition).toEqual({ source: 0, start: 16, end: 21 });
    },
  ],
  'packages/host/README.md': [
    ({ status, output, host }) => {
      expect([status, hex(output)]).toEqual([0, '48690a']);
      expect((host as Host).stat('/hi')?.mode).toBe(0o700);
    },
  ],
  'packages/i386/README.md': [
    ({ end, instruction }) => {
      expect(end).toEqual({ kind: 'exited', status: 42 });
      expect(instruction).toBeDefined();
    },
  ],
  'packages/kaem/README.md': [
    ({ status, lines }) => {
      expect(status).toBe(0);
      expect(text(Buffer.concat(lines as Uint8Array[]))).toBe('hello world\n');
    },
  ],
  'packages/m1/README.md': [
    ({ hex2 }) => expect(text(hex2)).toBe('\n:seven\nB8 07000000 C3\n'),
    ({ origin, definition }) => {
      expect(origin).toEqual({ source: 0, start: 21, end: 24 });
      expect(definition).toEqual({ source: 0, start: 7, end: 13 });
    },
  ],
  'packages/m2-mesoplanet/README.md': [
    ({ bytes }) => expect(text(bytes)).toMatch(/int x = 4;\n$/),
    ({ origin, definition }) => {
      expect(origin).toEqual({ source: 0, start: 23, end: 27 });
      expect(definition).toEqual({ source: 0, start: 13, end: 14 });
    },
  ],
  'packages/m2-planet/README.md': [
    ({ m1 }) => {
      expect(text(m1).startsWith('\n# Core program\n# Defining function main\n')).toBe(true);
      expect(text(m1)).toContain(':FUNCTION_main\nmov_eax, %42 # primary expr number\nret\n');
    },
    ({ origin, definition }) => {
      expect(origin).toEqual({ source: 0, start: 20, end: 22 });
      expect(definition).toEqual({ source: 0, start: 4, end: 8 });
    },
  ],
  'packages/mescc-tools-extra/README.md': [
    (_, printed) => {
      const scripts = printed.filter(([, name]) => /\/kaem\.x86$/.test(name as string));
      expect(scripts).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(String)]]);
    },
  ],
  'packages/stage0/README.md': [
    ({ ok, artifacts, standIns }) => {
      expect(ok).toBe(true);
      expect(artifacts).toMatchObject([{ path: 'hi', size: 2, mode: 0o700 }]);
      expect(standIns).toMatchObject([{ tool: 'hex0', port: 'hex0', steps: [1] }]);
    },
    ({ hops, end, place }) => {
      expect((hops as { tool: string }[]).map(({ tool }) => tool)).toEqual(['hex2-0', 'M0']);
      expect(end).toMatchObject({ kind: 'source' });
      expect(place).toMatchObject({ file: 'a.M1', line: 3, column: 1, text: 'ret' });
    },
  ],
};

const startedIn = process.cwd();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-readmes-'));

/**
 * Write the files that samples name: a compiler's source, and a release or, in its place, the
 * ladder.
 */
function layOut(): void {
  fs.writeFileSync(path.join(scratch, 'M2-0.c'), 'int main()\n{\n\treturn 0;\n}\n');
  const release = process.env['STAGE0_POSIX'];
  if (release?.endsWith('.tar.gz')) fs.copyFileSync(release, path.join(scratch, RELEASE));
  else {
    const vectors = path.join(ROOT, 'test-vectors');
    const command = ['-czf', path.join(scratch, RELEASE), '-C', vectors, 'ladder'];
    expect(spawnSync('tar', command).status).toBe(0);
  }
}

/** The sample, with its variables exported. */
function asModule(code: string): string {
  const declared = [...code.matchAll(/^(?:const|let|function) (?:\{([^}]*)\}|(\w+))/gm)];
  const names = declared.flatMap(([, several, one]) =>
    (several ?? (one as string)).split(',').map((name) => name.trim()),
  );
  return `${code}\nexport { ${names.join(', ')} };\n`;
}

beforeAll(() => {
  layOut();
  fs.rmSync(SAMPLES, { recursive: true, force: true });
  fs.mkdirSync(SAMPLES);
  for (const { module, code } of samples) fs.writeFileSync(module, asModule(code));
  process.chdir(scratch);
});

afterAll(() => {
  process.chdir(startedIn);
  fs.rmSync(SAMPLES, { recursive: true, force: true });
  fs.rmSync(scratch, { recursive: true, force: true });
});

describe('samples', () => {
  it('have a claim for each', () => {
    const counts = (list: readonly string[]) =>
      Object.fromEntries(list.map((name) => [name, list.filter((one) => one === name).length]));
    const claims = Object.entries(CLAIMS).flatMap(([name, list]) => list.map(() => name));
    expect(counts(samples.map(({ readme }) => readme))).toEqual(counts(claims));
  });

  it('have the right types', () => {
    const file = path.join(ROOT, 'tsconfig.test.json');
    const { config } = ts.readConfigFile(file, ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT, {}, file);
    const program = ts.createProgram(
      samples.map(({ module }) => module),
      options,
    );
    const messages = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const place = diagnostic.file === undefined ? '' : path.basename(diagnostic.file.fileName);
      return `${place}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
    expect(messages).toEqual([]);
  });

  it.each(samples)('of $readme run: $index', async ({ readme, index, module }) => {
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    const values = await import(/* @vite-ignore */ module);
    const printed = print.mock.calls.map((words) => words.map(String));
    print.mockRestore();
    CLAIMS[readme]?.[index]?.(values, printed);
  });
});

describe('commands', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const bins = packages.flatMap((name) =>
    Object.keys(JSON.parse(read(`packages/${name}/package.json`)).bin ?? {}),
  );
  const documents = [
    ...readmes,
    ...['CONTRIBUTING.md', 'docs/design.md', 'test-vectors/README.md'],
  ];

  /** The scripts of the package that `-w` names, or else of the repository. */
  const scriptsFor = (words: readonly string[]): string[] => {
    if (!words.includes('-w')) return Object.keys(scripts);
    const name = (words[words.indexOf('-w') + 1] as string).replace('@stage0-ts/', '');
    return Object.keys(JSON.parse(read(`packages/${name}/package.json`)).scripts);
  };

  /** Command lines: those in `sh` blocks, and those after a prompt in `console` blocks. */
  const commands = documents.flatMap((file) => [
    ...blocks(file, 'sh').flatMap((block) => block.split(/\n|&&/)),
    ...blocks(file, 'console').flatMap((block) =>
      [...block.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line as string),
    ),
  ]);

  it.each(
    commands.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')),
  )('%s', (line) => {
    const words = line.split(' ').filter((word) => !/^\w+=/.test(word));
    if (words[0] === 'npx') {
      expect(words[1]).toBe('--no');
      expect(fs.existsSync(path.join(ROOT, 'node_modules/.bin', words[2] as string))).toBe(true);
    } else if (words[0] !== 'npm') expect([...bins, 'cat', 'cd', 'git']).toContain(words[0]);
    else if (words[1] === 'run') expect(scriptsFor(words)).toContain(words[2]);
    else if (!['ci', 'install'].includes(words[1] as string)) {
      expect(Object.keys(scripts)).toContain(words[1]);
    }
  });

  it('never ask a registry for somebody else’s package', () => {
    const tracked = spawnSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).stdout;
    const texts = tracked.split('\0').filter((name) => /\.(md|ts|tsx|js|html|yml)$/.test(name));
    expect(texts.length).toBeGreaterThan(100);
    const bare = /\bnpx (?!--no |@stage0-ts\/)[\w@-]/;
    const wrong = texts.filter(
      (name) => fs.existsSync(path.join(ROOT, name)) && bare.test(read(name)),
    );
    expect(wrong).toEqual([]);
  });

  it('in the text name scripts that exist', () => {
    for (const file of documents) {
      for (const [, name] of read(file).matchAll(/`[^`\n]*\bnpm run ([\w:-]+)/g)) {
        expect(Object.keys(scripts), file).toContain(name);
      }
    }
  });

  it('of all packages are in the first README, under upstream’s names', () => {
    const readme = read('README.md');
    for (const tool of Object.keys(TOOLS)) expect(readme).toMatch(new RegExp(`[| ]${tool}[ ,|]`));
  });
});

describe('every page', () => {
  it.each(pages)('%s has no broken links', (file) => {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const found = path.join(ROOT, path.dirname(file), target as string);
      expect(fs.existsSync(found), target).toBe(true);
    }
  });

  it.each(pages)('%s has no long lines outside of tables and samples', (file) => {
    const text = read(file).replaceAll(/^```.*?^```$/gms, '');
    const long = text.split('\n').filter((line) => line.length > 100 && !/^ *\|/.test(line));
    expect(long).toEqual([]);
  });

  it('that records a decision is in the list of decisions', () => {
    const list = read('docs/decisions/README.md');
    const records = pages.filter((file) => /^docs\/decisions\/\d/.test(file));
    expect(records.length).toBeGreaterThan(9);
    for (const file of records) {
      const number = path.basename(file).slice(0, 3);
      expect(list).toContain(`| [${number}](${path.basename(file)}) |`);
      expect(read(file)).toMatch(new RegExp(`^# ${number}: `));
    }
  });
});

describe('every README', () => {
  const isPublished = (file: string) =>
    JSON.parse(read(file.replace('README.md', 'package.json'))).private !== true;
  const ownReadmes = readmes.filter((file) => file !== 'README.md' && isPublished(file));
  it.each(ownReadmes)('%s has the package’s name, a sample and a table or list', (file) => {
    const { name } = JSON.parse(read(file.replace('README.md', 'package.json'))) as {
      name: string;
    };
    expect(read(file).startsWith(`# ${name}\n`)).toBe(true);
    expect(blocks(file, 'ts').length).toBeGreaterThan(0);
    // A README has a table, or a list whose entries begin with a name in code: what it reads or
    // exports.
    expect(read(file)).toMatch(/^\|.*\|\n\|( ?-+ ?\|)+\n\||^(- `.+`.*: .+\n( {2}.+\n)*){3}/m);
  });

  const ports = packages.filter((name) =>
    fs.existsSync(path.join(ROOT, 'packages', name, 'known-differences.json')),
  );
  it.each(ports)('of the port %s has its known differences', (name) => {
    const readme = read(`packages/${name}/README.md`);
    expect(readme).toMatch(/^## Known differences\n\n./m);
    const listed = JSON.parse(read(`packages/${name}/known-differences.json`)) as unknown[];
    if (listed.length > 0) expect(readme).toContain('known-differences.json');
  });
});
