// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A vite plugin: Markdown files and the first page → pages of the site, each with the bar and the
 * foot that `index.html`, `chain.html` and the like get, too.
 *
 * These pages have no file: vite asks for `ADDRESS` below its root, and gets what is made of the
 * source. In development a source that changed reloads the page.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { ROOT, type SourcePage, sourcePages } from './addresses.ts';
import { type FrameOptions, framed } from './frame.ts';
import { homePage, markdownPage, slidesPage } from './layout.ts';
import { searchEntries } from './search-entries.ts';

const SEARCH = 'virtual:search-entries';
const HOME = 'index.html';
const ICON = 'icon.svg';

export interface SitePages {
  readonly plugin: Plugin;
  /** The pages that vite has to build, by name. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** @param base vite's root; addresses are paths below it. */
export function sitePages(base: string): SitePages {
  const sources = sourcePages();
  const own = fs
    .readdirSync(path.join(base, 'playground'))
    .filter((name) => name.endsWith('.html'))
    .map((name) => `playground/${name}`);
  const made = new Map<string, SourcePage | undefined>([[HOME, undefined]]);
  for (const page of sources) made.set(page.address, page);
  const addresses = [...made.keys(), ...own];
  const known = new Set([...addresses, 'api/index.html', 'notices.txt', 'stage0-site.zip']);
  const options: FrameOptions = {
    has: (address) => known.has(address),
    url: process.env['SITE_URL'],
  };
  const addressOf = (id: string): string => path.posix.relative(base, id.split('?')[0] as string);
  const page = (address: string): string => {
    const source = made.get(address);
    if (source === undefined) return homePage();
    return source.source.endsWith('slides.md')
      ? slidesPage(source, sources)
      : markdownPage(source, sources);
  };
  const plugin: Plugin = {
    name: 'site-pages',
    enforce: 'pre',
    resolveId(id) {
      if (id === SEARCH) return `\0${SEARCH}`;
      return made.has(addressOf(id)) && id.startsWith(base) ? id : undefined;
    },
    load(id) {
      if (id === `\0${SEARCH}`) return `export default ${JSON.stringify(searchEntries(sources))}`;
      const address = addressOf(id);
      return id.startsWith(base) && made.has(address) ? page(address) : undefined;
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { filename }) => framed(html, addressOf(filename), options),
    },
    configureServer(server) {
      server.watcher.add([path.join(ROOT, 'docs')]);
      server.watcher.on('change', (file) => {
        if (file.endsWith('.md')) server.ws.send({ type: 'full-reload' });
      });
      server.middlewares.use(async (request, response, next) => {
        const address = (request.url ?? '').replace(/[?#].*$/, '').replace(/^\//, '') || HOME;
        if (address === ICON) {
          const icon = fs.readFileSync(path.join(base, 'playground/src/frame', ICON));
          response.setHeader('content-type', 'image/svg+xml').end(icon);
          return undefined;
        }
        if (!made.has(address)) return next();
        const html = await server.transformIndexHtml(`/${address}`, page(address));
        response.setHeader('content-type', 'text/html').end(html);
      });
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        // Without a server, browsers refuse a style sheet that has this attribute.
        for (const asset of Object.values(bundle)) {
          if (asset.type === 'asset' && asset.fileName.endsWith('.html')) {
            asset.source = String(asset.source).replaceAll(' crossorigin', '');
          }
        }
        for (const name of [ICON, 'social.svg']) {
          const source = fs.readFileSync(path.join(base, 'playground/src/frame', name));
          this.emitFile({ type: 'asset', fileName: name, source });
        }
      },
    },
  };
  const inputs = Object.fromEntries(
    addresses.map((address) => [address, path.join(base, address)]),
  );
  return { plugin, inputs };
}
