// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What all pages of the site have in common: head, bar at the top, foot. A bare page of `<title>`,
 * a description and a body → the whole page.
 *
 * Invariant: nothing comes from another server, and no page contains a script.
 */
import path from 'node:path';

const STYLE = 'playground/src/frame/frame.css';
const SCRIPT = 'playground/src/frame/frame.ts';

/** Pages may contain styles, because the editor adds its own. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The entries of the bar, and the addresses of the pages that belong to each. */
const BAR = [
  { title: 'Course', address: 'course/index.html', pages: /^course\// },
  { title: 'Playground', address: 'playground/index.html', pages: /^playground\/index/ },
  { title: 'The seed', address: 'playground/seed.html', pages: /^playground\/seed/ },
  { title: 'The chain', address: 'playground/chain.html', pages: /^playground\/chain/ },
  { title: 'Documents', address: 'docs/index.html', pages: /^docs\// },
  { title: 'Teaching', address: 'teaching/index.html', pages: /^teaching\// },
  { title: 'API', address: 'api/index.html', pages: /^api\// },
];

const FOOT = [
  { title: 'Glossary', address: 'docs/glossary.html' },
  { title: 'Verify signatures', address: 'playground/verify.html' },
  { title: 'What the check proves', address: 'docs/audit.html' },
  { title: 'Licences', address: 'notices.txt' },
  { title: 'This site as an archive', address: 'stage0-site.zip' },
];

export interface FrameOptions {
  /** Says which addresses exist, so that links to others are left out; default: all exist. */
  readonly has?: (address: string) => boolean;
  /** The site's future address, for the pictures of social media, which need complete addresses. */
  readonly url?: string | undefined;
}

/** The path from a page to the top: ``, `../` and so on. */
export function upFrom(address: string): string {
  return '../'.repeat(address.split('/').length - 1);
}

/** Put a page into the site's frame. `html` has `</title>`, `<body …>` and `</body>` once each. */
export function framed(html: string, address: string, options: FrameOptions = {}): string {
  return html
    .replace('<head>', `<head>\n${headStart()}`)
    .replace('</title>', `</title>\n${headEnd(html, address, options)}`)
    .replace(/<body[^>]*>/, (body) => `${body}\n${skip(html)}\n${bar(address, options)}`)
    .replace('</body>', `${foot(address, options)}\n</body>`);
}

function headStart(): string {
  return `<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />`;
}

function headEnd(html: string, address: string, { url }: FrameOptions): string {
  const up = upFrom(address);
  const title = /<title>(.*?)<\/title>/s.exec(html)?.[1] ?? '';
  const description = /<meta\s+name="description"\s+content="([^"]*)"/.exec(html)?.[1] ?? '';
  const whole = (target: string) =>
    url === undefined ? `${up}${target}` : new URL(target, url).href;
  return `<link rel="icon" href="${up}icon.svg" type="image/svg+xml" />
<meta property="og:title" content="${title}" />
<meta property="og:description" content="${description}" />
<meta property="og:type" content="website" />
<meta property="og:image" content="${whole('social.png')}" />
<meta name="twitter:card" content="summary_large_image" />
<link rel="stylesheet" href="${up}${STYLE}" />
<script type="module" src="${up}${SCRIPT}"></script>`;
}

/** A link for users of the keyboard: it jumps over the bar to the content. */
function skip(html: string): string {
  const target = html.includes('id="content"') ? 'content' : 'page';
  return `<a class="skip" href="#${target}">To the content</a>`;
}

/** The bar is the same on every page, except for the current entry. */
function bar(address: string, { has = () => true }: FrameOptions = {}): string {
  const up = upFrom(address);
  const links = BAR.filter((entry) => has(entry.address)).map((entry) => {
    const current = entry.pages.test(address) ? ' aria-current="true"' : '';
    return `<a href="${up}${entry.address}"${current}>${entry.title}</a>`;
  });
  return `<header class="site-bar">
<a class="brand" href="${up}index.html"><img src="${up}icon.svg" alt="" width="22" height="22" />stage0</a>
<nav aria-label="Site">${links.join('')}</nav>
<search class="site-search" hidden data-up="${up}"><label><span class="away">Search</span>
<input type="search" placeholder="Search" autocomplete="off" /></label>
<div class="results" aria-live="polite"></div></search>
</header>`;
}

function foot(address: string, { has = () => true }: FrameOptions = {}): string {
  const up = upFrom(address);
  const links = FOOT.filter((entry) => has(entry.address)).map(
    (entry) => `<a href="${up}${entry.address}">${entry.title}</a>`,
  );
  return `<footer class="site-foot"><p>stage0-ts, GPL-3.0-or-later. It asks no server for anything and
works offline, from any folder that a web server shows.</p><nav aria-label="More">${links.join('')}</nav></footer>`;
}

/** A page with only this content. */
export function barePage(title: string, description: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<title>${title}</title>
<meta name="description" content="${description}" />
${head}
</head>
${body}
</html>
`;
}

/** The link from the page at `from` to an address from the top. */
export function relative(from: string, to: string): string {
  return path.posix.relative(path.posix.dirname(from), to);
}
