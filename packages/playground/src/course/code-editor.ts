// SPDX-License-Identifier: GPL-3.0-or-later
/** A small editor for a listing: the text, coloured, with undo and line numbers. */
import { syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { COLOURS, colouring, commentsOf } from '../shared/colouring.ts';

export interface CodeEditorOptions {
  readonly text: string;
  readonly language: string;
  readonly label: string;
  readonly onText: (text: string) => void;
}

export function openEditor(place: HTMLElement, options: CodeEditorOptions): EditorView {
  const { text, language, label, onText } = options;
  const state = EditorState.create({
    doc: text,
    extensions: [
      basicSetup,
      EditorView.theme({}, { dark: matchMedia('(prefers-color-scheme: dark)').matches }),
      syntaxHighlighting(COLOURS),
      colouring(commentsOf(language) ?? []),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onText(update.state.doc.toString());
      }),
      EditorView.contentAttributes.of({ 'aria-label': label }),
    ],
  });
  return new EditorView({ state, parent: place });
}
