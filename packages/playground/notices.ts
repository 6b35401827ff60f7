// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The notices of what the built pages contain of other people's: every package that a module came
 * from → its name, version and licence text in `notices.txt`. The licences (MIT) demand that the
 * text comes along.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

/**
 * One plugin for the pages and one for their workers, which are separate bundles and are finished
 * first.
 */
export function notices(): { readonly pages: Plugin; readonly workers: Plugin } {
  const folders = new Set<string>();
  const collect = (bundle: Record<string, { type: string; moduleIds?: readonly string[] }>) => {
    for (const { moduleIds = [] } of Object.values(bundle)) {
      for (const id of moduleIds) {
        const folder = packageFolder(id);
        if (folder !== undefined) folders.add(folder);
      }
    }
  };
  return {
    workers: { name: 'notices-of-workers', generateBundle: (_, bundle) => collect(bundle) },
    pages: {
      name: 'notices',
      generateBundle(_, bundle) {
        collect(bundle);
        const source = [...folders].sort().map(notice).join('\n');
        this.emitFile({ type: 'asset', fileName: 'notices.txt', source });
      },
    },
  };
}

/**
 * `…/node_modules/@scope/name` for a module inside it; undefined for our own modules, which are
 * linked there.
 */
function packageFolder(id: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1];
}

/** Throws for a package without a licence text, because such a package must not be in the page. */
function notice(folder: string): string {
  const manifest = fs.readFileSync(path.join(folder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(manifest) as Record<string, string>;
  const file = fs.readdirSync(folder).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one));
  if (file === undefined) throw new Error(`${name} has no licence text`);
  const text = fs.readFileSync(path.join(folder, file), 'utf8').trim();
  return `${name} ${version}, ${license}\n\n${text}\n`;
}
