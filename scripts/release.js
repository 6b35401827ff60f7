// SPDX-License-Identifier: GPL-3.0-or-later
// What a release consists of, for .github/workflows/release.yml:
//   node scripts/release.js check TAG     fail unless TAG is v and the version of every package
//   node scripts/release.js pack FOLDER   npm pack every public package into FOLDER, and print
//                                         `SHA-256  archive` for each, a package after those that it
//                                         depends on: the order to publish in
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCOPE = '@stage0-ts/';

const readManifest = (folder) =>
  JSON.parse(fs.readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8'));

function manifests() {
  const folders = fs.readdirSync(path.join(ROOT, 'packages'));
  return folders.map((folder) => readManifest(`packages/${folder}`));
}

/** Everything that does not have the version that the tag names, as sentences. */
function wrongVersions(tag) {
  const version = tag.replace(/^v/, '');
  if (!/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag)) return [`${tag} is not a tag like v1.2.3`];
  return [readManifest('.'), ...manifests()].flatMap((manifest) => {
    const own = Object.entries(manifest.dependencies ?? {}).filter(([name]) =>
      name.startsWith(SCOPE),
    );
    const all = [[manifest.name, manifest.version], ...own];
    return all
      .filter(([, is]) => is !== version)
      .map(([name, is]) => `${manifest.name}/package.json: ${name} is ${is}, the tag is ${tag}`);
  });
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
  for (const name of inOrder()) {
    const words = ['pack', '--pack-destination', folder, '-w', name];
    const { status, stderr } = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const { version } = manifests().find((manifest) => manifest.name === name);
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
else {
  console.error('usage: node scripts/release.js check TAG | pack FOLDER');
  process.exitCode = 2;
}
