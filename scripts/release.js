// SPDX-License-Identifier: GPL-3.0-or-later
// A release: `npm run release -- VERSION` prepares one, the rest is for
// .github/workflows/release.yml.
//   node scripts/release.js VERSION       give every manifest, the lock file and the changelog that
//                                         version, and check the result; nothing is committed
//   node scripts/release.js check TAG     fail unless TAG is v and the version of every package, of
//                                         the lock file, and of the changelog's newest entry
//   node scripts/release.js pack FOLDER   npm pack every public package into FOLDER, and print
//                                         `SHA-256  archive` for each, a package after those
//                                         that it depends on: the order to publish in
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCOPE = '@stage0-ts/';

const VERSION = /^(\d+)\.(\d+)\.(\d+)(-[\w.]+)?$/;
const UNRELEASED = '## Unreleased\n';

const read = (name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const readManifest = (folder) => JSON.parse(read(path.join(folder, 'package.json')));

/** The folders of all manifests: the repository's own first. */
function folders() {
  return ['.', ...fs.readdirSync(path.join(ROOT, 'packages')).map((name) => `packages/${name}`)];
}

const manifests = () => folders().slice(1).map(readManifest);

/**
 * All that has a version of ours in a manifest or in the lock file's copy of one: name → version.
 */
function ownVersions({ name, version, dependencies = {}, devDependencies = {} }) {
  const needed = Object.entries({ ...dependencies, ...devDependencies });
  return [[name, version], ...needed.filter(([other]) => other.startsWith(SCOPE))];
}

/** Everything that does not have the version that the tag names, as sentences. */
function wrongVersions(tag) {
  const version = tag.replace(/^v/, '');
  if (!tag.startsWith('v') || !VERSION.test(version)) return [`${tag} is not a tag like v1.2.3`];
  const { packages } = JSON.parse(read('package-lock.json'));
  const all = folders().flatMap((folder) => [
    [path.join(folder, 'package.json'), readManifest(folder)],
    [`package-lock.json, ${folder}`, packages[folder === '.' ? '' : folder]],
  ]);
  const wrong = all.flatMap(([file, manifest]) =>
    ownVersions(manifest)
      .filter(([, is]) => is !== version)
      .map(([name, is]) => `${file}: ${name ?? manifest.name} is ${is}, the tag is ${tag}`),
  );
  const newest = /^## (\d[\w.-]*)/m.exec(read('CHANGELOG.md'))?.[1];
  if (newest !== version) wrong.push(`CHANGELOG.md: the newest version is ${newest ?? 'missing'}`);
  return wrong;
}

/** Why `version` cannot be the next one, or undefined. */
function refusal(version) {
  const [now, next] = [readManifest('.').version, version].map((one) => VERSION.exec(one));
  if (next === null) return `${version} is not a version like 1.2.3`;
  const parts = [1, 2, 3].map((part) => Number(next[part]) - Number(now[part]));
  const first = parts.find((difference) => difference !== 0) ?? 0;
  // 1.2.3-rc.1 comes before 1.2.3, and what comes between two of these is not decided here.
  const isLater = first > 0 || (first === 0 && now[4] !== undefined && next[4] !== now[4]);
  if (!isLater) return `${version} does not come after ${now[0]}`;
  const [, after = ''] = read('CHANGELOG.md').split(UNRELEASED);
  if (!after.split(/^## /m)[0].includes('- '))
    return 'CHANGELOG.md: nothing under "## Unreleased": say what is new first';
  const { stdout, status } = spawnSync('git', ['status', '--porcelain'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status === 0 && stdout !== '') return 'there are changes that are not committed';
  return undefined;
}

function withVersion(manifest, version) {
  for (const kind of ['dependencies', 'devDependencies'])
    for (const name of Object.keys(manifest[kind] ?? {}))
      if (name.startsWith(SCOPE)) manifest[kind][name] = version;
  if (manifest.version !== undefined) manifest.version = version;
  return manifest;
}

/** Write `version` into every place that {@link wrongVersions} looks at. */
function bump(version) {
  const write = (name, text) => fs.writeFileSync(path.join(ROOT, name), text);
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  for (const folder of folders())
    write(path.join(folder, 'package.json'), json(withVersion(readManifest(folder), version)));
  const lock = JSON.parse(read('package-lock.json'));
  lock.version = version;
  for (const folder of folders()) withVersion(lock.packages[folder === '.' ? '' : folder], version);
  write('package-lock.json', json(lock));
  const heading = `## ${version}, ${new Date().toISOString().slice(0, 10)}\n`;
  const changelog = read('CHANGELOG.md').replace(UNRELEASED, `${UNRELEASED}\n${heading}`);
  write('CHANGELOG.md', changelog);
}

/** Prepare a release; returns the exit status. */
function prepare(version) {
  const reason = refusal(version);
  if (reason !== undefined) {
    console.error(`${reason}. Nothing was changed.`);
    return 1;
  }
  bump(version);
  const wrong = wrongVersions(`v${version}`);
  for (const sentence of wrong) console.error(sentence);
  if (wrong.length > 0) return 1;
  console.log(`${folders().length} manifests, the lock file and CHANGELOG.md are at ${version}.
Next:
  .ci/run
  git commit -am 'Version ${version}'
  git tag -s v${version} -m 'Version ${version}'
  git push --follow-tags
The tag starts .github/workflows/release.yml, which publishes.`);
  return 0;
}

/** Public packages, each after those that it needs. */
function inOrder() {
  const all = new Map(manifests().map((manifest) => [manifest.name, manifest]));
  const ordered = new Set();
  const visit = (name) => {
    const { dependencies = {} } = all.get(name);
    for (const needed of Object.keys(dependencies)) if (all.has(needed)) visit(needed);
    ordered.add(name);
  };
  for (const [name, manifest] of all) if (!manifest.private) visit(name);
  return [...ordered];
}

function pack(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const names = inOrder();
  const words = ['pack', '--pack-destination', folder, ...names.flatMap((name) => ['-w', name])];
  const { status, stderr } = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const versions = new Map(manifests().map(({ name, version }) => [name, version]));
  for (const name of names) {
    const version = versions.get(name);
    const archive = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    const bytes = fs.readFileSync(path.join(folder, archive));
    console.log(`${createHash('sha256').update(bytes).digest('hex')}  ${archive}`);
  }
}

const [action, argument] = process.argv.slice(2);
if (action === 'check' && argument !== undefined) {
  const wrong = wrongVersions(argument);
  for (const sentence of wrong) console.error(sentence);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} else if (action === 'pack' && argument !== undefined) pack(path.resolve(argument));
else if (action !== undefined && argument === undefined && !/^[a-z]/.test(action))
  process.exitCode = prepare(action);
else {
  console.error(
    'usage: npm run release -- VERSION, or node scripts/release.js check TAG | pack FOLDER',
  );
  process.exitCode = 2;
}
