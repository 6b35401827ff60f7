// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Markdown → the content of a page, its title and description, and its sections for the search.
 *
 * Fenced blocks become figures that the course's script brings to life, and that can be read
 * without it:
 *
 *     ```hex0 hi.hex0       a file: its name in a title bar, coloured
 *     ```console            commands, each with what it prints below it
 *
 * Prompts are drawn by the style sheet, so that what is selected and copied is commands.
 */
import { highlightCode } from '@lezer/highlight';
import { Marked, type Token, type Tokens } from 'marked';
import { commandsOf } from '../src/course/console-text.ts';
import { COLOURS, colouring, commentsOf } from '../src/shared/colouring.ts';
import { linkAddress, type SourcePage } from './addresses.ts';

/** A part of a page below a heading. */
export interface Section {
  readonly heading: string;
  readonly anchor: string;
  readonly text: string;
}

export interface Content {
  readonly title: string;
  readonly description: string;
  readonly html: string;
  readonly sections: readonly Section[];
}

export function contentOf(
  text: string,
  page: SourcePage,
  pages: ReadonlyMap<string, SourcePage>,
): Content {
  const slugs = new Slugs();
  const sections: { heading: string; anchor: string; text: string }[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const anchor = slugs.next(plain(tokens));
        if (depth === 1) return `<h1>${inner}</h1>\n`;
        const link = `<a class="anchor" href="#${anchor}" aria-label="Link to this part">#</a>`;
        return `<h${depth} id="${anchor}">${inner} ${link}</h${depth}>\n`;
      },
      code: ({ text: code, lang = '' }) => figure(`${code}\n`, lang),
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const address = linkAddress(href, page, pages);
        return address === undefined ? inner : `<a href="${escaped(address)}">${inner}</a>`;
      },
      table(token) {
        const head = row(token.header.map((cell) => cellText(this.parser, cell, 'th')));
        const body = token.rows.map((cells) =>
          row(cells.map((cell) => cellText(this.parser, cell, 'td'))),
        );
        const table = `<table><thead>${head}</thead><tbody>${body.join('')}</tbody></table>`;
        return `<div class="wide" tabindex="0" role="region" aria-label="Table">${table}</div>\n`;
      },
    },
  });
  const tokens = marked.lexer(text);
  const anchors = new Slugs();
  for (const token of tokens) {
    if (token.type === 'heading') {
      const heading = plain((token as Tokens.Heading).tokens);
      sections.push({ heading, anchor: anchors.next(heading), text: '' });
    } else {
      const last = sections.at(-1);
      if (last !== undefined) last.text += `${plain([token])} `;
    }
  }
  const first = tokens.find(({ type }) => type === 'paragraph');
  return {
    title: sections[0]?.heading ?? page.source,
    description: shortened(first === undefined ? '' : plain([first])),
    html: marked.parser(tokens),
    sections,
  };
}

type Parser = { parseInline(tokens: Token[]): string };

function cellText(parser: Parser, { tokens }: Tokens.TableCell, tag: 'th' | 'td'): string {
  return `<${tag}>${parser.parseInline(tokens)}</${tag}>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.join('')}</tr>`;
}

function figure(code: string, info: string): string {
  const [language = '', file, from] = info.split(' ');
  if (language === 'console') return consoleFigure(code, file === 'check');
  const box = `<pre tabindex="0"><code>${coloured(code, language)}</code></pre>`;
  if (file === undefined) return `<figure class="text">${box}</figure>\n`;
  const origin = from === undefined ? '' : ` data-${from.replace('=', '="')}"`;
  const name = escaped(file);
  return `<figure class="file" data-file="${name}" data-language="${language}"${origin}>
<figcaption><b>${name}</b></figcaption>${box}</figure>\n`;
}

/** @param isCheck true if these commands check an exercise. */
function consoleFigure(code: string, isCheck: boolean): string {
  const commands = commandsOf(code).map(({ command, output }) => {
    const shown = `<pre class="line" tabindex="0"><code>${escaped(command.trimEnd())}</code></pre>`;
    const printed =
      output === '' ? '' : `<pre class="output" tabindex="0"><samp>${escaped(output)}</samp></pre>`;
    return `<div class="command">${shown}${printed}</div>`;
  });
  const check = isCheck ? ' data-check="yes"' : '';
  return `<figure class="console"${check}><figcaption><b>Shell</b></figcaption>${commands.join('')}</figure>\n`;
}

/** HTML of a program, with classes that say what its words are. */
function coloured(code: string, language: string): string {
  const comments = commentsOf(language);
  if (comments === undefined) return escaped(code);
  const { parser } = colouring(comments);
  const parts: string[] = [];
  highlightCode(
    code,
    parser.parse(code),
    COLOURS,
    (text, classes) =>
      parts.push(
        classes === '' ? escaped(text) : `<span class="${classes}">${escaped(text)}</span>`,
      ),
    () => parts.push('\n'),
  );
  return parts.join('');
}

/** Makes anchors in the same way as GitHub. */
class Slugs {
  private readonly seen = new Map<string, number>();

  next(heading: string): string {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const count = this.seen.get(slug) ?? 0;
    this.seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  }
}

/** The text of tokens as a reader sees it, without markup. */
function plain(tokens: readonly Token[]): string {
  const text = tokens.map((token) => {
    if (token.type === 'table') {
      const { header, rows } = token as Tokens.Table;
      return [header, ...rows]
        .map((cells) => cells.map((cell) => plain(cell.tokens)).join(' '))
        .join(' ');
    }
    if (token.type === 'list') {
      return (token as Tokens.List).items.map((item) => plain([item])).join(' ');
    }
    if (token.type === 'html') return '';
    const inner = 'tokens' in token ? token.tokens : undefined;
    return inner === undefined ? ('text' in token ? String(token.text) : ' ') : plain(inner);
  });
  return unescaped(text.join(''));
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** At most two lines in a search engine; whole sentences if they fit. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= 160) return line;
  const sentence = line.slice(0, 160).replace(/(?<=[.:?!]) [^.:?!]*$/, '');
  return sentence.length > 60 ? sentence.replace(/:$/, '.') : `${line.slice(0, 157)}…`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
