// SPDX-License-Identifier: GPL-3.0-or-later
// `npm run site`: everything there is to read and to try → one static site in site/.
//
// vite makes the pages (packages/playground/pages), typedoc the API reference in site/api. This
// puts the two together: typedoc's pages get the bar and the foot that all have, and the page of a
// module its package's README. Then come a picture for social media and an archive of it all.
// SITE_FOLDER is where to, in place of site/, and SITE_URL, if it is set, where the site will be,
// for addresses that must be whole. `node scripts/site.js pages` stops after the pages that vite
// makes, and SITE_PAGES is a folder that has these already.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { chromium } from 'playwright';
import { CHROMIUM, hasChromium, NO_CHROMIUM } from './chromium.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = path.resolve(root, process.env.SITE_FOLDER ?? 'site');
const FRAME = path.join(root, 'packages/playground/src/frame');
const ARCHIVE = 'stage0-site.zip';
/** One date for all files of the archive, so that the same site gives the same bytes. */
const DATE = new Date(Date.UTC(2000, 0, 1, 12));

const read = (name) => fs.readFileSync(path.join(site, name), 'utf8');

function run(...command) {
  const { status } = spawnSync('npx', ['--no', '--', ...command], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Names of files in the site, in a fixed order. */
function files() {
  const names = fs.readdirSync(site, { recursive: true });
  return names.filter((name) => fs.statSync(path.join(site, name)).isFile()).sort();
}

/** What vite made of a README: the parts that go into typedoc's page. */
function partsOf(page) {
  const part = (pattern) => {
    const found = pattern.exec(page)?.[0];
    if (found === undefined) throw new Error(`a page has no ${pattern}`);
    return found;
  };
  return {
    bar: part(/<header class="site-bar">[\s\S]*?<\/header>/),
    foot: part(/<footer class="site-foot">[\s\S]*<\/footer>/),
    head: part(/<script type="module"[^>]*><\/script>/) + part(/<link rel="icon"[^>]*>/),
    /** Only for the page itself. */
    title: part(/<title>.*?<\/title>/) + part(/<meta name="description"[^>]*>/),
    social: [...page.matchAll(/<meta (?:property|name)="(?:og|twitter):[^>]*>/g)].join(''),
    readme: part(/(?<=<main [^>]*>)[\s\S]*(?=<\/main>)/).replace(/<h1>[\s\S]*?<\/h1>/, ''),
  };
}

/**
 * typedoc's page with our parts; `parts` are those of a page two folders below the top, and `own`
 * those of a module's README.
 */
function withParts(page, parts, depth, own) {
  const at = (text) => text.replaceAll('../../', '../'.repeat(depth));
  const content = `<div class="tsd-typography readme">${own?.readme}</div>`;
  const named =
    own === undefined
      ? page
      : page.replace(
          /<title>.*?<\/title><meta name="description"[^>]*>/,
          () => own.title + own.social,
        );
  return (
    named
      // A link in the button of a section: neither can be told from the other by who cannot see it.
      .replaceAll(/<summary[\s\S]*?<\/summary>/g, (summary) =>
        summary.replaceAll(/<a href="#[^"]*" aria-label="Permalink"[\s\S]*?<\/a>/g, ''),
      )
      .replace('</head>', () => `${at(parts.head)}</head>`)
      .replace('<header class="tsd-page-toolbar">', (found) => `${at(parts.bar)}${found}`)
      .replace(/<div class="col-content">[\s\S]*?<\/h1>[\s\S]*?<\/div>/, (found) =>
        own === undefined
          ? found.replace('class="col-content"', '$& id="content"')
          : `${found}${content}`,
      )
      .replace('</body>', () => `${at(parts.foot)}</body>`)
  );
}

// Nobody's folder is emptied by mistake.
if (
  fs.existsSync(site) &&
  !fs.existsSync(path.join(site, 'notices.txt')) &&
  fs.readdirSync(site).length > 0
) {
  console.error(`${site} is not a site: choose another SITE_FOLDER`);
  process.exit(1);
}
fs.rmSync(site, { recursive: true, force: true });
const made = process.env.SITE_PAGES;
if (made === undefined) {
  const config = 'packages/playground/vite.config.ts';
  run('vite', 'build', '--config', config, '--outDir', site, '--logLevel', 'warn');
} else fs.cpSync(made, site, { recursive: true });
if (process.argv[2] === 'pages') process.exit();

const readmes = new Map(
  files()
    .filter((name) => name.startsWith('api/modules/'))
    .map((name) => [name, partsOf(read(name))]),
);
const style = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stage0-site-')), 'api.css');
const sheets = ['colours.css', 'bar.css', 'api.css'].map((name) => path.join(FRAME, name));
fs.writeFileSync(style, sheets.map((name) => fs.readFileSync(name, 'utf8')).join('\n'));
run('typedoc', '--out', path.join(site, 'api'), '--customCss', style);
fs.rmSync(path.dirname(style), { recursive: true });

const [any] = readmes.values();
for (const name of files()) {
  if (!name.startsWith('api/') || !name.endsWith('.html')) continue;
  const depth = name.split('/').length - 1;
  const page = withParts(read(name), any, depth, readmes.get(name));
  fs.writeFileSync(path.join(site, name), page);
}
for (const name of readmes.keys()) {
  if (!fs.existsSync(path.join(site, name))) throw new Error(`typedoc made no ${name}`);
}

if (hasChromium) {
  const browser = await chromium.launch(CHROMIUM);
  const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
  await page.setContent(`<body style="margin:0">${read('social.svg')}</body>`);
  await page.screenshot({ path: path.join(site, 'social.png') });
  await browser.close();
} else {
  console.error(`*** NOT MADE: social.png, the picture for social media. ${NO_CHROMIUM}. ***`);
}
fs.rmSync(path.join(site, 'social.svg'));

const contents = Object.fromEntries(
  files().map((name) => [`stage0-site/${name}`, fs.readFileSync(path.join(site, name))]),
);
fs.writeFileSync(path.join(site, ARCHIVE), zipSync(contents, { mtime: DATE, level: 9 }));
console.log(`${site}: ${Object.keys(contents).length} files, and ${ARCHIVE} of them`);
