// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `stage0 attest`, `sign` and `verify` as people use them: two of them check the ladder, each on
 * their own, and hold the same bytes; one signs with openssl's key, the other with ssh-keygen.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { LADDER, releaseFor, runsIf } from '@stage0-ts/vectors/test-support';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../dist/bin/stage0.js', import.meta.url));
const STAGE0 = inject('bundledCommand');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-attest-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

function run(program: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: scratch, encoding: 'utf8' });
  return { status, stdout, stderr };
}
const stage0 = (...words: readonly string[]) => run(process.execPath, STAGE0, ...words);
/** Not bundled. */
const command = (...words: readonly string[]) => run(process.execPath, COMMAND, ...words);
const read = (name: string) => fs.readFileSync(path.join(scratch, name), 'utf8');
const write = (name: string, text: string) => fs.writeFileSync(path.join(scratch, name), text);

const hasPeers = runsIf(
  spawnSync('openssl', ['version']).status === 0 &&
    spawnSync('ssh-keygen', ['-?']).error === undefined,
  'signing the ladder',
  'openssl or ssh-keygen is not here',
);

beforeAll(() => {
  const { status } = command('attest', LADDER, '--partial', '--out', 'statement');
  expect(status).toBe(0);
});

describe('stage0 attest', () => {
  it('writes the same bytes elsewhere, at another time', () => {
    const copy = path.join(scratch, 'a copy of it');
    fs.cpSync(LADDER, copy, { recursive: true });
    const env = { ...process.env, TZ: 'Asia/Tokyo', LANG: 'C', HOSTNAME: 'elsewhere' };
    const words = [STAGE0, 'attest', copy, '--partial', '--quiet'];
    const { stdout } = spawnSync(process.execPath, words, { cwd: '/', encoding: 'utf8', env });
    expect(stdout).toBe(read('statement'));
  });

  it('names every file, the tree, and what was accepted and trusted', () => {
    const { subject, predicate } = JSON.parse(read('statement'));
    expect(subject.length).toBe(53);
    const { externalParameters, resolvedDependencies } = predicate.buildDefinition;
    expect(externalParameters.accepted).toEqual(['--partial']);
    expect(externalParameters.engines).toEqual([['ports', 'i386']]);
    const [tree] = resolvedDependencies;
    const report = JSON.parse(stage0('check', LADDER, '--partial', '--json').stdout);
    expect(tree.digest.sha256).toBe(report.tree);
    expect(predicate.runDetails.stage0_verdicts[0].sentence).toBe(report.verdict.sentence);
    for (const { path: name, sha256 } of report.trusted) {
      expect(resolvedDependencies).toContainEqual(
        expect.objectContaining({ name, digest: { sha256 } }),
      );
    }
  });

  it('writes nothing when the builds disagree, or when that is not known', () => {
    const { status, stderr } = stage0('attest', LADDER, '--out', 'none');
    expect(status).toBe(3);
    expect(stderr).toContain('no statement was written');
    expect(fs.existsSync(path.join(scratch, 'none'))).toBe(false);
    const bad = path.join(scratch, 'bad');
    fs.cpSync(LADDER, bad, { recursive: true });
    const seed = path.join(bad, 'bootstrap-seeds/POSIX/x86/hex0-seed');
    const bytes = fs.readFileSync(seed);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    fs.writeFileSync(seed, bytes);
    expect(stage0('attest', bad, '--partial', '--out', 'none').status).toBe(1);
    expect(fs.existsSync(path.join(scratch, 'none'))).toBe(false);
  });

  it('takes a builder that is a URI', () => {
    expect(stage0('attest', LADDER, '--partial', '--builder', 'me').status).toBe(2);
  });
});

describe.runIf(hasPeers)('stage0 sign and verify', () => {
  beforeAll(() => {
    run('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', 'ada.key');
    run('openssl', 'pkey', '-in', 'ada.key', '-pubout', '-out', 'ada.pub');
    run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', 'bob');
    const people = ['ada', 'bob'].map((name) => ({ name, keys: [{ key: read(`${name}.pub`) }] }));
    const policy = { version: 1, threshold: 2, people, accept: ['--partial'] };
    write('policy.json', JSON.stringify(policy));
    write('strict.json', JSON.stringify({ ...policy, accept: [] }));
    expect(command('sign', 'statement', '--key', 'ada.key', '--out', 'ada.json').status).toBe(0);
    run('ssh-keygen', '-q', '-Y', 'sign', '-n', 'stage0-attest', '-f', 'bob', 'statement');
  });

  it('reach the quorum together, and not alone', () => {
    const both = command('verify', 'ada.json', 'statement.sig', '--policy', 'policy.json');
    expect(both.stdout).toContain('\nok: 2 of the 2 people that the policy asks for signed it\n');
    expect(both.status).toBe(0);
    const alone = stage0('verify', 'statement', 'statement.sig', '--policy', 'policy.json');
    expect(alone.stdout).toContain('NOT ok: 1 of the 2');
    expect(alone.status).toBe(1);
    const json = stage0('verify', 'ada.json', '--policy', 'policy.json', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, claims: [{ people: ['ada'] }] });
  });

  it('count nothing that the policy does not accept', () => {
    const strict = stage0('verify', 'ada.json', 'statement.sig', '--policy', 'strict.json');
    expect(strict.stdout).toContain('it accepted --partial, the policy does not');
    expect(strict.status).toBe(1);
  });

  it('say what is wrong with their files, and end with another status', () => {
    expect(stage0('verify', 'ada.json', '--policy', 'ada.json').status).toBe(3);
    expect(stage0('verify', 'ada.json').status).toBe(2);
    const text = stage0('sign', 'ada.pub', '--key', 'ada.key');
    expect([text.status, text.stderr]).toEqual([3, expect.stringContaining('ada.pub: error:')]);
    const key = stage0('sign', 'statement', '--key', 'bob');
    expect([key.status, key.stderr]).toEqual([3, expect.stringContaining('bob')]);
  });
});

const release = releaseFor('the statement about the release');
describe.runIf(release !== undefined)('a statement about the release', () => {
  it('names 73 files and two seeds', { timeout: 300_000 }, () => {
    const { status } = stage0('attest', release as string, '--out', 'release', '--quiet');
    expect(status).toBe(0);
    const { subject, predicate } = JSON.parse(read('release'));
    expect(subject.length).toBe(73);
    const { resolvedDependencies, externalParameters } = predicate.buildDefinition;
    expect(externalParameters.accepted).toEqual([]);
    expect(externalParameters.release).toBe('stage0-posix 1.9.1');
    const seeds = resolvedDependencies.filter((one: { annotations?: unknown }) => one.annotations);
    expect(seeds.map((one: { name: string }) => path.basename(one.name))).toEqual([
      'hex0-seed',
      'kaem-optional-seed',
    ]);
  });
});
