// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * A reader's progress, which the browser keeps and sends to nobody: the texts of files that were
 * changed, and the exercises that were solved, by chapter.
 */
const PREFIX = 'stage0-course/';
/** How many characters of a text are kept. */
const MAX_TEXT = 100_000;

interface Kept {
  readonly texts: Record<string, string>;
  solved: boolean;
  read: boolean;
}

export class Progress {
  private readonly key: string;
  private readonly kept: Kept;

  constructor(chapter: string) {
    this.key = `${PREFIX}${chapter}`;
    this.kept = { texts: {}, solved: false, read: false, ...read(this.key) };
    this.kept.read = true;
    this.save();
  }

  get isSolved(): boolean {
    return this.kept.solved;
  }

  text(file: string): string | undefined {
    return Object.hasOwn(this.kept.texts, file) ? this.kept.texts[file] : undefined;
  }

  /** @param text undefined for the chapter's own text. */
  setText(file: string, text: string | undefined): void {
    if (text === undefined || text.length > MAX_TEXT) delete this.kept.texts[file];
    else this.kept.texts[file] = text;
    this.save();
  }

  solve(): void {
    this.kept.solved = true;
    this.save();
  }

  /** Without a store, as in a private window, nothing is kept. */
  private save(): void {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      // The page works without a store.
    }
  }
}

/**
 * Which exercises are solved: chapter → true or false. Only chapters that were opened are in the
 * map.
 */
export function solvedChapters(): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) found.set(key.slice(PREFIX.length), read(key)?.solved === true);
    }
  } catch {
    // No store.
  }
  return found;
}

function read(key: string): Partial<Kept> | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Partial<Kept>) : undefined;
  } catch {
    return undefined;
  }
}
