// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Enough of each language of the chain to colour it: for the editor, and for listings in pages that
 * are made at build time, without a browser.
 */
import { HighlightStyle, StreamLanguage } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** CSS classes, to which styles.css gives colours. */
export const COLOURS = HighlightStyle.define([
  { tag: tags.comment, class: 'tok-comment' },
  { tag: tags.labelName, class: 'tok-label' },
  { tag: tags.variableName, class: 'tok-reference' },
  { tag: tags.string, class: 'tok-string' },
  { tag: tags.keyword, class: 'tok-keyword' },
]);

const KEYWORDS =
  /^(if|else|while|for|do|return|break|continue|goto|asm|struct|union|enum|sizeof|switch|case|default|DEFINE|int|char|void|unsigned|long|short|typedef|static|const)\b/;

/** The marks that begin a comment; undefined for a text that is not in one of our languages. */
export function commentsOf(language: string): readonly string[] | undefined {
  if (language === 'c') return ['//', '/*'];
  if (['hex0', 'hex1', 'hex2', 'M0', 'M1'].includes(language)) return ['#', ';'];
  return language === 'kaem' ? ['#'] : undefined;
}

export function colouring(comments: readonly string[]): StreamLanguage<{ inComment: boolean }> {
  return StreamLanguage.define<{ inComment: boolean }>({
    startState: () => ({ inComment: false }),
    token(stream, state) {
      if (state.inComment) {
        state.inComment = !(stream.skipTo('*/') && stream.match('*/'));
        if (state.inComment) stream.skipToEnd();
        return 'comment';
      }
      if (stream.eatSpace()) return null;
      if (comments.includes('/*') && stream.match('/*')) {
        state.inComment = true;
        return 'comment';
      }
      if (comments.some((mark) => mark !== '/*' && stream.match(mark))) {
        stream.skipToEnd();
        return 'comment';
      }
      if (stream.match(/^"([^"\\]|\\.)*"?/) || stream.match(/^'([^'\\]|\\.)*'?/)) return 'string';
      if (comments.includes('#') && stream.match(/^:\S+/)) return 'labelName';
      if (comments.includes('#') && stream.match(/^[%&!@$~^]\S+/)) return 'variableName';
      if (stream.match(KEYWORDS)) return 'keyword';
      stream.match(/^[\w,[\]+]+/) || stream.next();
      return null;
    },
  });
}
