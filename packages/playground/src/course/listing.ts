// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A listing with a file's name: shown as text until the reader wants to change it, then an editor.
 * The editor is loaded when it is first wanted.
 */
import type { EditorView } from '@codemirror/view';
import { button, element } from './dom.ts';
import type { Progress } from './progress.ts';

export class Listing {
  readonly file: string;
  /** The chapter's text. */
  readonly original: string;
  private readonly figure: HTMLElement;
  private readonly progress: Progress;
  private readonly key: string;
  private readonly state = element('span', { class: 'state' });
  private readonly editButton: HTMLElement;
  private current: string;
  private view: Promise<EditorView> | undefined;

  /** @param key the key under which the text is kept; default: the file's name. */
  constructor(figure: HTMLElement, progress: Progress, key = figure.dataset['file'] as string) {
    this.figure = figure;
    this.progress = progress;
    this.file = figure.dataset['file'] as string;
    this.key = key;
    this.original = figure.querySelector('code')?.textContent ?? '';
    this.current = this.original;
    this.editButton = button('Edit', `Edit ${this.file}`, () => void this.edit());
    const reset = button('Reset', `The chapter's text of ${this.file}`, () => this.reset());
    figure.querySelector('figcaption')?.append(this.state, this.editButton, reset);
    if (this.isProgram) this.addButton('Step', `Step ${this.file}`, () => void this.step());
    figure.querySelector('pre')?.addEventListener('dblclick', () => void this.edit());
    const kept = progress.text(this.key);
    if (kept !== undefined && kept !== this.original) void this.edit(kept, false);
    this.mark();
  }

  /** Add a button before the existing ones. */
  addButton(text: string, label: string, onClick: () => void): void {
    this.state.after(button(text, label, onClick));
  }

  /** The text, always with a line feed at its end. */
  get text(): string {
    return this.current === '' || this.current.endsWith('\n') ? this.current : `${this.current}\n`;
  }

  get isChanged(): boolean {
    return this.text !== this.original;
  }

  reset(): void {
    void this.view?.then((view) => {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: this.original } });
    });
    this.take(this.original);
  }

  /** Turn the listing into an editor, with `text` if that is given. */
  async edit(text = this.current, focus = true): Promise<void> {
    if (this.view === undefined) {
      this.current = text;
      const place = element('div', { class: 'editor' });
      this.view = import('./code-editor.ts').then(({ openEditor }) => {
        // It has to be in the page first, because the editor measures its lines when it is made.
        this.figure.querySelector('pre')?.replaceWith(place);
        this.editButton.remove();
        return openEditor(place, {
          text,
          language: this.figure.dataset['language'] ?? '',
          label: this.file,
          onText: (now) => this.take(now),
        });
      });
      await this.view;
      this.mark();
    }
    if (focus) (await this.view).focus();
  }

  /** True if the text is a whole program in one of the playground's languages. */
  private get isProgram(): boolean {
    const { language = '' } = this.figure.dataset;
    return /^hex[01]$/.test(language) && /^7F 45 4C 46/m.test(this.original);
  }

  private async step(): Promise<void> {
    const { openMachine } = await import('./machine-frame.ts');
    const { language = '' } = this.figure.dataset;
    await openMachine(this.figure, { title: this.file, language, text: this.text });
  }

  private take(text: string): void {
    this.current = text;
    this.progress.setText(this.key, this.isChanged ? this.text : undefined);
    this.mark();
  }

  private mark(): void {
    this.state.textContent = this.isChanged ? 'changed' : '';
    this.figure.classList.toggle('changed', this.isChanged);
  }
}
