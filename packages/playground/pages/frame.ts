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

/** Styles may be in a page because the editor puts its own there. */
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

/** Entries of the bar, and the addresses of the pages that belong to them. */
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
  /** Addresses that there are, so that no link leads nowhere; default: all. */
  readonly has?: (address: string) => boolean;
  /** Where the site will be, for the pictures of social media, which need whole addresses. */
  readonly url?: string | undefined;
}

/** The way from a page to the top: `` or `../` and so on. */
export function upFrom(address: string): string {
  return '../'.repeat(address.split('/').length - 1);
}

/** `html` has `</title>`, `<body …>` and `</body>`, once each. */
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

/** For keys: over the bar to what the page is about. */
function skip(html: string): string {
  const target = html.includes('id="content"') ? 'content' : 'page';
  return `<a class="skip" href="#${target}">To the content</a>`;
}

/** The same on every page, the current entry apart. */
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

/** A bare page. */
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

/** An address from the top as a link on the page at `from`. */
export function relative(from: string, to: string): string {
  return path.posix.relative(path.posix.dirname(from), to);
}
