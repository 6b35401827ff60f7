// SPDX-License-Identifier: GPL-3.0-or-later
import { encodeUtf8 } from '@stage0-ts/bytes';
import { describe, expect, it } from 'vitest';
import { disagreement, readStatement, statementOf } from '../src/index.ts';
import { digest, EVIDENCE } from './evidence.ts';

const BYTES = statementOf(EVIDENCE);
const TEXT = new TextDecoder().decode(BYTES);

describe('a statement', () => {
  it('is an in-toto Statement v1 with a SLSA Provenance v1 predicate', () => {
    const value = JSON.parse(TEXT);
    expect(value._type).toBe('https://in-toto.io/Statement/v1');
    expect(value.predicateType).toBe('https://slsa.dev/provenance/v1');
    expect(value.subject).toEqual([
      { name: 'x86/bin/M1', digest: { sha256: digest('1') } },
      { name: 'x86/bin/hex2', digest: { sha256: digest('2') } },
    ]);
    const { buildDefinition, runDetails } = value.predicate;
    expect(buildDefinition.externalParameters).toEqual({
      release: 'stage0-posix 1.9.1',
      architecture: 'x86',
      engines: [['ports', 'i386']],
      accepted: [],
    });
    const names = buildDefinition.resolvedDependencies.map((one: { name: string }) => one.name);
    expect(names).toEqual(['tree', 'tree as a Nix archive', 'tree.tar.gz', 'seed']);
    expect(runDetails.builder.version).toEqual({ 'stage0-ts': '0.1.0' });
  });

  it('has the same bytes whatever order its parts came in', () => {
    const other = { ...EVIDENCE, files: [...EVIDENCE.files].reverse() };
    expect(statementOf(other)).toEqual(BYTES);
  });

  it('says who ran it and on what only when asked', () => {
    expect(TEXT).not.toContain('runtime');
    const told = statementOf({
      ...EVIDENCE,
      runtime: 'node 20 (V8)',
      builder: 'https://a.example',
    });
    const { predicate } = readStatement(told, 'told');
    expect(predicate.buildDefinition.internalParameters.runtime).toBe('node 20 (V8)');
    expect(predicate.runDetails.builder.id).toBe('https://a.example');
  });

  it('needs a file', () => {
    expect(() => statementOf({ ...EVIDENCE, files: [] })).toThrow('none of the files');
  });

  it('is read again', () => {
    expect(readStatement(BYTES, 'it').subject).toHaveLength(2);
  });

  const changes: readonly [string, (text: string) => string, string][] = [
    ['another indentation', (text) => JSON.stringify(JSON.parse(text)), 'not in the form'],
    ['no line feed at its end', (text) => text.trimEnd(), 'not in the form'],
    ['a key twice', (text) => text.replace('"name": "x86/bin/M1"', '"name": "x", $&'), 'form'],
    ['an escape that says the same', (text) => text.replace('"ports"', '"\\u0070orts"'), 'form'],
    ['a byte order mark', (text) => `\ufeff${text}`, 'not JSON'],
    ['another type', (text) => text.replace('Statement/v1', 'Statement/v2'), '_type'],
    [
      'another predicate',
      (text) => text.replace('provenance/v1', 'provenance/v2'),
      'predicateType',
    ],
    ['another build type', (text) => text.replace('check:v1', 'check:v2'), 'buildType'],
    ['engines that are not texts', (text) => text.replace('"ports"', '5'), 'no engines'],
    ['nothing said of what was accepted', (text) => text.replace('"accepted"', '"x"'), 'accepted'],
    [
      'something else accepted than a list',
      (text) => text.replace('"accepted": []', '"accepted": 5'),
      'accepted',
    ],
    ['a digest that is not one', (text) => text.replace(digest('1'), 'abc'), 'no subject'],
    ['no tree', (text) => text.replace('"tree"', '"three"'), 'no tree'],
    ['names out of order', (text) => text.replace('x86/bin/M1', 'x86/bin/z'), 'not in order'],
    ['the same name twice', (text) => text.replace('x86/bin/hex2', 'x86/bin/M1'), 'twice'],
    ['text after it', (text) => `${text}{}`, 'not JSON'],
    ['nothing', () => '', 'not JSON'],
    ['a list', () => '[]\n', '_type'],
    ['null', () => 'null\n', '_type'],
  ];
  it.each(changes)('is refused with %s', (_, change, message) => {
    expect(() => readStatement(encodeUtf8(change(TEXT)), 'it')).toThrow(message);
  });

  it('is refused when it is larger than any possible one', () => {
    expect(() => readStatement(new Uint8Array(17 << 20), 'it')).toThrow('larger');
  });
});

describe('two statements', () => {
  const read = (change: Partial<typeof EVIDENCE>) =>
    readStatement(statementOf({ ...EVIDENCE, ...change }), 'it');
  it('agree when only engines, builder and runtime differ', () => {
    const other = read({ engines: [['diverse', 'i386']], builder: 'urn:b', runtime: 'bun' });
    expect(disagreement(read({}), other)).toBeUndefined();
  });

  it('disagree about the tree, the architecture, the first file', () => {
    expect(disagreement(read({}), read({ tree: digest('9') }))?.about).toBe('tree');
    expect(disagreement(read({}), read({ architecture: 'amd64' }))?.about).toBe('architecture');
    const files = [EVIDENCE.files[0], { name: 'x86/bin/M1', sha256: digest('e') }] as never;
    expect(disagreement(read({}), read({ files }))).toEqual({
      about: 'x86/bin/M1',
      first: digest('1'),
      second: digest('e'),
    });
    const fewer = [EVIDENCE.files[0]] as never;
    expect(disagreement(read({}), read({ files: fewer }))?.second).toBe('not made');
  });
});
