// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The text that is being written: CodeMirror as a component, with ranges to mark and errors to show
 * in place.
 */
import { syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { useEffect, useRef } from 'preact/hooks';
import { COLOURS, colouring } from './colouring.ts';

/** A range in UTF-16 indices. */
export interface MarkedRange {
  readonly from: number;
  readonly to: number;
  readonly kind: 'twin' | 'definition';
}

export interface EditorError {
  readonly from: number;
  readonly to: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

export interface EditorProps {
  readonly label: string;
  /** The initial text. Another program needs another editor, so that the history does not mix. */
  readonly text: string;
  /** The marks that begin a comment in the language, for colouring. */
  readonly comments: readonly string[];
  readonly marks: readonly MarkedRange[];
  readonly errors: readonly EditorError[];
  readonly onText: (text: string) => void;
  /** Called when the user has moved the cursor. */
  readonly onCursor: (index: number) => void;
}

const setMarks = StateEffect.define<readonly MarkedRange[]>();

const marksField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let now = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarks)) continue;
      const { length } = transaction.state.doc;
      const ranges = effect.value
        .filter(({ from, to }) => from < to && to <= length)
        .map(({ from, to, kind }) => Decoration.mark({ class: `mark-${kind}` }).range(from, to));
      now = Decoration.set(ranges, true);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Scroll the text, but not the page, until the line at `index` is visible. */
function reveal(view: EditorView, index: number): void {
  const { top, bottom } = view.lineBlockAt(Math.min(index, view.state.doc.length));
  const { scrollDOM } = view;
  const seen = top >= scrollDOM.scrollTop && bottom <= scrollDOM.scrollTop + scrollDOM.clientHeight;
  if (!seen) scrollDOM.scrollTop = top - scrollDOM.clientHeight / 3;
}

export function Editor(props: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const listener = EditorView.updateListener.of((update) => {
      const { onText, onCursor } = latest.current;
      if (update.docChanged) onText(update.state.doc.toString());
      const byUser = update.transactions.some((one) => one.isUserEvent('select'));
      if (update.selectionSet && (byUser || update.docChanged)) {
        onCursor(update.state.selection.main.head);
      }
    });
    const state = EditorState.create({
      doc: latest.current.text,
      extensions: [
        basicSetup,
        EditorView.lineWrapping,
        EditorView.theme({}, { dark: matchMedia('(prefers-color-scheme: dark)').matches }),
        lintGutter(),
        syntaxHighlighting(COLOURS),
        colouring(latest.current.comments),
        marksField,
        listener,
        EditorView.contentAttributes.of({ 'aria-label': latest.current.label }),
      ],
    });
    const created = new EditorView({ state, parent: place.current as HTMLDivElement });
    view.current = created;
    return () => created.destroy();
  }, []);

  useEffect(() => {
    const current = view.current as EditorView;
    const twin = props.marks.find(({ kind }) => kind === 'twin');
    current.dispatch({ effects: setMarks.of(props.marks) });
    if (twin !== undefined && !current.hasFocus) reveal(current, twin.from);
  }, [props.marks]);

  useEffect(() => {
    const current = view.current as EditorView;
    const { length } = current.state.doc;
    const diagnostics: Diagnostic[] = props.errors.map(({ from, to, severity, message }) => ({
      from: Math.min(from, length),
      to: Math.min(to, length),
      severity,
      message,
    }));
    current.dispatch(setDiagnostics(current.state, diagnostics));
  }, [props.errors]);

  return <div class="editor" ref={place} />;
}
