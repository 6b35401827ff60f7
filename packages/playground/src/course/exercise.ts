// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An exercise that checks itself: the reader's files, or commands where the solution has no file →
 * whether they do what the chapter says.
 *
 * If the solution has files, its commands run with the reader's files, and must print what the
 * solution shows. Otherwise, after the reader's commands, the chapter's own check commands look at
 * the files that were made; it does not matter what the reader's commands print.
 *
 * The reader's attempt is in the folder like any other file.
 */
import { type CommandView, type Console, runCommand, type Step } from './console.ts';
import { button, element } from './dom.ts';
import { Listing } from './listing.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

export class Exercise {
  private readonly steps: readonly Step[];
  private readonly session: Session;
  private readonly progress: Progress;
  private readonly answer = element('p', { class: 'answer', role: 'status' });
  private readonly files: Listing[] = [];
  private readonly box: HTMLElement;

  /** @param starter the text of a listing in the chapter, with which an attempt begins. */
  constructor(
    solution: HTMLElement,
    steps: readonly Step[],
    session: Session,
    progress: Progress,
    starter: (file: string) => string,
  ) {
    this.steps = steps;
    this.session = session;
    this.progress = progress;
    const check = button('Check', 'Check my answer', () => void this.check());
    const bar = element('div', { class: 'toolbar' }, check, this.answer);
    this.box = element('section', { class: 'exercise no-print', 'aria-label': 'Your answer' });
    for (const step of steps) {
      if (step.kind !== 'file') continue;
      const shown = solution.querySelector<HTMLElement>(
        `figure[data-file="${CSS.escape(step.listing.file)}"]`,
      );
      this.addFile(step.listing.file, shown?.dataset ?? {}, starter);
    }
    if (this.files.length === 0) this.addCommands();
    this.box.append(bar);
    solution.before(this.box);
    if (progress.isSolved) this.say('right', 'Solved.');
  }

  private addFile(file: string, data: DOMStringMap, starter: (file: string) => string): void {
    const text = data['from'] === undefined ? '' : starter(data['from']);
    const figure = element('figure', {
      class: 'file',
      'data-file': file,
      'data-language': data['language'] ?? '',
    });
    figure.append(
      element('figcaption', {}, element('b', {}, file)),
      element('pre', {}, element('code', {}, text)),
    );
    this.box.append(figure);
    const listing = new Listing(figure, this.progress, `exercise/${file}`);
    this.files.push(listing);
    void listing.edit(undefined, false);
  }

  /** The solution consists of commands, so the reader has to write some. */
  private addCommands(): void {
    if (this.commands(({ isCheck }) => isCheck).length === 0) {
      throw new Error('an exercise of commands needs a block `console check`');
    }
    const figure = element('figure', {
      class: 'file',
      'data-file': 'commands',
      'data-language': 'kaem',
    });
    figure.append(
      element('figcaption', {}, element('b', {}, 'Your commands')),
      element('pre', {}, element('code', {}, '')),
    );
    this.box.append(figure);
    this.files.push(new Listing(figure, this.progress, 'exercise/commands'));
    void this.files[0]?.edit(undefined, false);
  }

  private async check(): Promise<void> {
    this.say('', 'runs …');
    const isShell = this.files[0]?.file === 'commands';
    const said = isShell ? await this.checkCommands() : await this.checkFiles();
    if (said === undefined) {
      this.progress.solve();
      this.say('right', 'Right!');
    } else this.say('wrong', said);
  }

  /** What is wrong; undefined when everything is right. */
  private async checkFiles(): Promise<string | undefined> {
    for (const { file, text } of this.files) {
      if (text.trim() === '') return `${file} is empty.`;
      await this.session.write(file, text);
    }
    return this.firstWrong(this.commands(() => true));
  }

  private async checkCommands(): Promise<string | undefined> {
    const lines = (this.files[0]?.text ?? '').replaceAll('\\\n', ' ').split('\n').filter(Boolean);
    if (lines.length === 0) return 'Write the commands, one a line.';
    let printed = '';
    for (const line of lines) {
      const { output, stopped } = await this.session.run(line);
      printed += output;
      if (stopped) break;
    }
    const wrong = await this.firstWrong(this.commands(({ isCheck }) => isCheck));
    if (wrong === undefined || printed === '') return wrong;
    return `${wrong}\nYour own commands print\n${lastLines(printed)}`;
  }

  /** The first command with a wrong output. */
  private async firstWrong(commands: readonly CommandView[]): Promise<string | undefined> {
    for (const { command, expected } of commands) {
      const { output, matches } = await runCommand(this.session, command, expected);
      if (matches) continue;
      const wanted = expected === '' ? 'nothing' : expected.trimEnd();
      const got = output === '' ? 'nothing' : lastLines(output);
      return `Not yet. ${command.trimEnd()}\nprints ${got}\nand should print ${wanted}`;
    }
    return undefined;
  }

  private commands(which: (console: Console) => boolean): readonly CommandView[] {
    return this.steps.flatMap((step) =>
      step.kind === 'console' && which(step.console) ? step.console.commands : [],
    );
  }

  private say(state: 'right' | 'wrong' | '', text: string): void {
    this.answer.textContent = text;
    this.answer.dataset['state'] = state;
  }
}

/** As many lines as a reader can take in at a glance. */
function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-8).join('\n');
}
