// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Who reads and writes what → which contents derive from marked ones.
 *
 * What a process writes derives from everything that it reads, at any time: nobody knows which part
 * of the one is in the other. Contents and channels, such as pipes, are objects, and only their
 * identity counts. Invariant: whatever the order of the calls, the marks are the same; and a call
 * looks only at those processes that have used the same content, and at those that it marks.
 */

/** A process: what it derives from, and who has read what it wrote. */
interface Actor<Process> {
  readonly process: Process;
  readonly marks: Set<string>;
  readonly readers: Set<Actor<Process>>;
}

/** Who has written and read a content. */
interface Use<Process> {
  readonly writers: Set<Actor<Process>>;
  readonly readers: Set<Actor<Process>>;
}

/** `Process` stands for a process. It should be small: it lives as long as what was written. */
export class Derivations<Process extends object> {
  private readonly actors = new WeakMap<Process, Actor<Process>>();
  private readonly uses = new WeakMap<object, Use<Process>>();
  private readonly marks = new WeakMap<object, ReadonlySet<string>>();
  private readonly isExempt: (process: Process, content: object) => boolean;

  /**
   * @param isExempt true for what a process writes that does not derive from what it has read so
   *   far. It is asked only about processes that have read something marked.
   */
  constructor(isExempt: (process: Process, content: object) => boolean = () => false) {
    this.isExempt = isExempt;
  }

  /** A content derives from these, whoever wrote it. */
  mark(content: object, marks: Iterable<string>): void {
    this.marks.set(content, new Set([...(this.marks.get(content) ?? []), ...marks]));
  }

  /** A process derives from these, whatever it reads. */
  markProcess(process: Process, marks: Iterable<string>): void {
    addMarks(this.actor(process), marks);
  }

  read(process: Process, content: object): void {
    const reader = this.actor(process);
    const use = this.use(content);
    use.readers.add(reader);
    for (const writer of use.writers) this.connect(writer, reader, content);
    addMarks(reader, this.marks.get(content) ?? []);
  }

  wrote(process: Process, content: object): void {
    const writer = this.actor(process);
    const use = this.use(content);
    use.writers.add(writer);
    for (const reader of use.readers) this.connect(writer, reader, content);
  }

  private connect(writer: Actor<Process>, reader: Actor<Process>, content: object): void {
    if (writer === reader || this.isExemptFrom(writer, content)) return;
    writer.readers.add(reader);
    addMarks(reader, writer.marks);
  }

  private isExemptFrom({ process, marks }: Actor<Process>, content: object): boolean {
    return marks.size > 0 && this.isExempt(process, content);
  }

  /** The marks of a content, each once. */
  of(content: object): ReadonlySet<string> {
    const found = new Set(this.marks.get(content));
    for (const writer of this.uses.get(content)?.writers ?? []) {
      if (this.isExemptFrom(writer, content)) continue;
      for (const mark of writer.marks) found.add(mark);
    }
    return found;
  }

  private use(content: object): Use<Process> {
    const known = this.uses.get(content);
    if (known !== undefined) return known;
    const added: Use<Process> = { writers: new Set(), readers: new Set() };
    this.uses.set(content, added);
    return added;
  }

  private actor(process: Process): Actor<Process> {
    const known = this.actors.get(process);
    if (known !== undefined) return known;
    const added: Actor<Process> = { process, marks: new Set(), readers: new Set() };
    this.actors.set(process, added);
    return added;
  }
}

/** Mark an actor, those who have read what it wrote, those who have read what they wrote, … */
function addMarks<Process>(first: Actor<Process>, marks: Iterable<string>): void {
  const all = [...marks];
  if (all.length === 0) return;
  const changed = [first];
  for (let actor = changed.pop(); actor !== undefined; actor = changed.pop()) {
    const before = actor.marks.size;
    for (const mark of all) actor.marks.add(mark);
    if (actor.marks.size === before) continue;
    for (const reader of actor.readers) changed.push(reader);
  }
}
