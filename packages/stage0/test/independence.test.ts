// SPDX-License-Identifier: GPL-3.0-or-later
/** What makes the cross-check worth something: ports that share nothing but bytes and errors. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url));
const NO_PORTS = new Set([
  'attest',
  'bytes',
  'diagnostics',
  'host',
  'vectors',
  'fuzz',
  'i386',
  'playground',
  'stage0',
]);
const ports = fs.readdirSync(PACKAGES).filter((name) => !NO_PORTS.has(name));

function sources(folder: string): string[] {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? sources(full) : [full];
  });
}

function manifest(name: string): { dependencies: Record<string, string>; license: string } {
  return JSON.parse(fs.readFileSync(path.join(PACKAGES, name, 'package.json'), 'utf8'));
}

describe.each(ports)('%s', (name) => {
  it('depends on nothing outside bytes, diagnostics and host', () => {
    expect(Object.keys(manifest(name).dependencies).sort()).toEqual([
      '@stage0-ts/bytes',
      '@stage0-ts/diagnostics',
      '@stage0-ts/host',
    ]);
  });

  it('imports only bytes, diagnostics and the types of host, except for its commands', () => {
    const allowed = /^(@stage0-ts\/(bytes|diagnostics)|\.\.?\/.*\.ts)$/;
    const files = sources(path.join(PACKAGES, name, 'src'));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      if (path.basename(path.dirname(file)) === 'bin') continue;
      const text = fs.readFileSync(file, 'utf8');
      for (const [statement, from] of text.matchAll(
        /^(?:import|export)\b[^;]*?from '([^']+)';/gm,
      )) {
        const typesOfHost = from === '@stage0-ts/host' && statement.startsWith('import type');
        expect([file, from, typesOfHost || allowed.test(from as string)]).toEqual([
          file,
          from,
          true,
        ]);
      }
      expect([file, /\b(require|import)\(/.test(text.replace(/^\s*(\*|\/\/).*$/gm, ''))]).toEqual([
        file,
        false,
      ]);
    }
  });

  it('says under which licence each file is', () => {
    expect(manifest(name).license).toBe('GPL-3.0-or-later');
    for (const file of sources(path.join(PACKAGES, name, 'src'))) {
      const head = fs.readFileSync(file, 'utf8').slice(0, 80);
      expect([file, head.includes('// SPDX-License-Identifier: GPL-3.0-or-later')]).toEqual([
        file,
        true,
      ]);
    }
  });
});

it('the helpers below the ports depend on nothing else either', () => {
  expect(manifest('bytes').dependencies).toEqual({});
  expect(Object.keys(manifest('diagnostics').dependencies)).toEqual(['@stage0-ts/bytes']);
  expect(Object.keys(manifest('host').dependencies)).toEqual([
    '@stage0-ts/bytes',
    '@stage0-ts/diagnostics',
  ]);
});
