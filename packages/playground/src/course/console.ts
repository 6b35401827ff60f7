// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A console block: each command with Run, and below it what it printed, compared with what the
 * chapter says. What the chapter shows stays until the command has run.
 */
import { outputPattern } from './console-text.ts';
import { button, element } from './dom.ts';
import type { Listing } from './listing.ts';
import type { Session } from './session.ts';

/** A part of a chapter that can be run; `solution` is the solution it belongs to, or null. */
export type Step =
  | { readonly kind: 'file'; readonly listing: Listing; readonly solution: Element | null }
  | { readonly kind: 'console'; readonly console: Console; readonly solution: Element | null };

type Verdict = 'as-printed' | 'other' | 'stopped';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  'as-printed': 'as the chapter says',
  other: 'other than the chapter says',
  stopped: 'stopped',
};

export interface CommandResult {
  readonly output: string;
  readonly matches: boolean;
  readonly stopped: boolean;
}

/**
 * Run a command and compare its output. An output without a line feed at its end gets one, as in
 * the chapters.
 */
export async function runCommand(
  session: Session,
  command: string,
  expected: string,
): Promise<CommandResult> {
  const { output, stopped } = await session.run(command);
  const ended = output === '' || output.endsWith('\n') ? output : `${output}\n`;
  return { output: ended, matches: outputPattern(expected).test(ended), stopped };
}

export class Console {
  readonly commands: readonly CommandView[];
  /** True when these commands check an exercise. */
  readonly isCheck: boolean;

  /** @param runTo runs commands of this block, and before them everything that they need. */
  constructor(
    figure: HTMLElement,
    session: Session,
    runTo: (from: number, last: number) => Promise<void>,
  ) {
    this.isCheck = figure.dataset['check'] !== undefined;
    const parts = [...figure.querySelectorAll<HTMLElement>('.command')];
    this.commands = parts.map(
      (part, at) => new CommandView(part, session, () => void runTo(at, at)),
    );
    const copy = button('Copy', 'Copy the commands', () => {
      const text = this.commands.map(({ command }) => `${command}\n`).join('');
      void navigator.clipboard.writeText(text).then(() => {
        copy.textContent = 'Copied';
        setTimeout(() => {
          copy.textContent = 'Copy';
        }, 1500);
      });
    });
    const run = button('Run to here', 'Run everything up to here', () => {
      void runTo(0, this.commands.length - 1);
    });
    figure.querySelector('figcaption')?.append(copy, run);
  }

  /**
   * Run the commands up to `last`: those that have not run yet, and from `again` on also those that
   * have. False when a command was stopped.
   */
  async run(again: number, last = Number.POSITIVE_INFINITY): Promise<boolean> {
    for (const [at, command] of this.commands.entries()) {
      if (at > last || (command.hasRun && at < again)) continue;
      if (!(await command.run())) return false;
    }
    return true;
  }

  reset(): void {
    for (const command of this.commands) command.reset();
  }
}

export class CommandView {
  readonly command: string;
  /** The output that the chapter shows. */
  readonly expected: string;
  hasRun = false;
  private readonly part: HTMLElement;
  private readonly session: Session;
  private readonly state = element('span', { class: 'state', role: 'status' });

  constructor(part: HTMLElement, session: Session, onRun: () => void) {
    this.part = part;
    this.session = session;
    this.command = part.querySelector('.line code')?.textContent ?? '';
    this.expected = part.querySelector('.output')?.textContent ?? '';
    const run = button('Run', `Run ${this.command.replace(/\s+/g, ' ')}`, onRun);
    const buttons = element('span', { class: 'buttons' }, this.state, run);
    const program = /^stage0 exec ([^\s;|&<>]+)/.exec(this.command)?.[1];
    if (program !== undefined) {
      const step = button('Step', `Step ${program} in the machine`, () => void this.step(program));
      buttons.append(step);
    }
    part.prepend(buttons);
  }

  /** Run it. False when it was stopped. */
  async run(): Promise<boolean> {
    this.part.classList.add('running');
    this.state.textContent = 'runs …';
    const { output, matches, stopped } = await runCommand(
      this.session,
      this.command,
      this.expected,
    );
    this.part.classList.remove('running');
    this.hasRun = !stopped;
    this.show(output, stopped ? 'stopped' : matches ? 'as-printed' : 'other');
    return !stopped;
  }

  reset(): void {
    this.hasRun = false;
    this.show(this.expected, undefined);
  }

  private show(output: string, verdict: Verdict | undefined): void {
    this.state.textContent = verdict === undefined ? '' : VERDICTS[verdict];
    this.part.dataset['verdict'] = verdict ?? '';
    let box = this.part.querySelector('.output');
    if (box === null && output !== '') {
      box = element('pre', { class: 'output', tabindex: '0' }, element('samp'));
      this.part.append(box);
    }
    if (output === '') box?.remove();
    else if (box?.firstElementChild) box.firstElementChild.textContent = output;
  }

  /** Open the machine with the program, which must exist. */
  private async step(program: string): Promise<void> {
    const { digits, openMachine } = await import('./machine-frame.ts');
    const bytes = await this.session.read(program);
    if (bytes === undefined) {
      this.state.textContent = `run the commands above first: there is no ${program}`;
    } else await openMachine(this.part, digits(program, bytes));
  }
}
