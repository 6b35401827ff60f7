// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A chapter comes to life: the listings and commands that the page was made with → editable files,
 * a shell, exercises that check themselves. All of a chapter shares one folder.
 *
 * Invariant: without this script the page can be read completely; the script only adds to it.
 */
import './course.css';
import { Console, type Step } from './console.ts';
import { element } from './dom.ts';
import { Exercise } from './exercise.ts';
import { Listing } from './listing.ts';
import { markSolved } from './overview.ts';
import { Progress } from './progress.ts';
import { Session } from './session.ts';

const page = document.querySelector('main') as HTMLElement;
const chapter = location.pathname.replace(/^.*\//, '').replace(/\.html$/, '');
const session = new Session();
const progress = new Progress(chapter);

/** Everything that can be run, in the order of the page. */
const steps: Step[] = [];

function begin(): void {
  const figures = [...page.querySelectorAll<HTMLElement>('figure.file, figure.console')];
  const exercises: Exercise[] = [];
  for (const figure of figures) {
    const solution = figure.closest('details');
    if (figure.classList.contains('file')) {
      const listing = new Listing(figure, progress);
      steps.push({ kind: 'file', listing, solution });
    } else {
      const place = steps.length;
      const shown = new Console(figure, session, (from, last) => runTo(place, from, last));
      steps.push({ kind: 'console', console: shown, solution });
    }
  }
  for (const [place, step] of steps.entries()) {
    const next = nextConsole(place);
    if (step.kind !== 'file' || next === undefined) continue;
    const label = `Run what uses ${step.listing.file}`;
    step.listing.addButton('Run', label, () => void runTo(next, 0, Number.POSITIVE_INFINITY));
  }
  for (const solution of page.querySelectorAll('details')) {
    const own = steps.filter((step) => step.solution === solution);
    if (own.some(({ kind }) => kind === 'console')) {
      const starter = (name: string) => textOf(name);
      exercises.push(new Exercise(solution, own, session, progress, starter));
    }
  }
  page.querySelector('h1')?.after(toolbar());
  document.documentElement.dataset['alive'] = 'yes';
}

/**
 * Write the files before the console at `place`, run the earlier commands that have not run yet,
 * and then its commands from `from` to `last`. If a file has changed, everything after it runs
 * again. Files and commands of a solution are used only for the same solution.
 */
async function runTo(place: number, from: number, last: number): Promise<void> {
  const target = steps[place];
  let isStale = false;
  for (const [at, step] of steps.slice(0, place + 1).entries()) {
    if (step.solution !== null && step.solution !== target?.solution) continue;
    if (step.kind === 'file') {
      isStale = (await session.write(step.listing.file, step.listing.text)) || isStale;
    } else {
      const again = isStale ? 0 : at === place ? from : Number.POSITIVE_INFINITY;
      if (!(await step.console.run(again, at === place ? last : undefined))) return;
    }
  }
}

/** The first console after the file at `place`, in the same part of the chapter. */
function nextConsole(place: number): number | undefined {
  for (const [at, step] of steps.entries()) {
    const isSame = step.solution === steps[place]?.solution;
    if (at > place && step.kind === 'console' && isSame) return at;
  }
  return undefined;
}

/** Run everything outside of solutions. */
async function runAll(): Promise<void> {
  let last = -1;
  for (const [at, step] of steps.entries()) {
    if (step.kind === 'console' && step.solution === null) last = at;
  }
  await runTo(last, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
}

function textOf(name: string): string {
  const found = steps.find((step) => step.kind === 'file' && step.listing.file === name);
  return found?.kind === 'file' ? found.listing.original : '';
}

function toolbar(): HTMLElement {
  const all = element('button', { type: 'button' }, 'Run all');
  all.addEventListener('click', () => void runAll());
  const stop = element('button', { type: 'button' }, 'Stop');
  stop.addEventListener('click', () => session.stop('you stopped it'));
  const reset = element('button', { type: 'button' }, 'Start again');
  reset.addEventListener('click', async () => {
    await session.reset();
    for (const step of steps) {
      if (step.kind === 'file') step.listing.reset();
      else step.console.reset();
    }
  });
  const note = element(
    'span',
    { class: 'note' },
    'Everything here runs in this page. Change a file, then run it again.',
  );
  return element('div', { class: 'toolbar no-print' }, all, stop, reset, note);
}

begin();
markSolved();
