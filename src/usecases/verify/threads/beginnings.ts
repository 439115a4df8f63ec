import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Effect, OperationKind, OperationLine } from '#domain/operation/operation.ts';
import type { FollowCommit } from '#usecases/states/replaced/commit-map.ts';

interface Told {
  readonly record: ThreadRecord | null;
  /** Whether a line that does not tell any more may have taken it away since. */
  readonly mayBeGone: boolean;
}

/** They tell anew where a thread began; all others give one again that was told before. */
const BEGINS: ReadonlySet<OperationKind> = new Set(['thread-start', 'thread-split']);

/**
 * Follows through a log where threads began. Whoever may start a thread may not move one that is there: only under a
 * name that is free does a line begin anything.
 */
export class Beginnings {
  readonly #follow: FollowCommit;
  readonly #now = new Map<string, Told>();
  readonly #known = new Set<string>();

  /** @param follow a purge may have put another commit in the place of the one that a line names. */
  constructor(follow: FollowCommit) {
    this.#follow = follow;
  }

  /** Takes a line in that holds by itself. */
  take({ op }: OperationLine, effects: readonly Effect[]): void {
    const said = effects.flatMap((effect) => (effect.kind === 'thread' ? [effect] : []));
    const records = said.map(({ thread, record }) => ({ thread, record: this.#followed(record) }));
    if (!records.every((one) => this.#fits(op, one))) return;
    for (const { thread, record } of records) {
      this.#now.set(thread, { record, mayBeGone: false });
      if (record !== null) this.#known.add(beginningOf(record));
    }
  }

  /** A line that does not tell any more may have taken any thread away, unless it began one. */
  noteUntold({ op }: OperationLine): void {
    if (BEGINS.has(op)) return;
    for (const [thread, { record }] of this.#now) this.#now.set(thread, { record, mayBeGone: true });
  }

  records(threads: ReadonlySet<string>): ReadonlyMap<string, ThreadRecord | null> {
    const told = [...this.#now].filter(([thread]) => threads.has(thread));
    return new Map(told.map(([thread, { record }]) => [thread, record]));
  }

  #fits(
    op: OperationKind,
    { thread, record }: { readonly thread: string; readonly record: ThreadRecord | null },
  ): boolean {
    if (record === null) return true;
    if (record.thread !== thread) return false;
    const before = this.#standing(thread);
    if (before !== null) return beginningOf(before) === beginningOf(record);
    return BEGINS.has(op) || this.#known.has(beginningOf(record));
  }

  /** What is there already for whoever says something of it. */
  #standing(thread: string): ThreadRecord | null {
    const told = this.#now.get(thread);
    return told === undefined || told.mayBeGone ? null : told.record;
  }

  #followed(record: ThreadRecord | null): ThreadRecord | null {
    return record === null || record.base === null ? record : { ...record, base: this.#follow(record.base) };
  }
}

/** What stays the same under whatever name: a task may be taken out of a record. */
function beginningOf({ base, from, by, startedAt }: ThreadRecord): string {
  return JSON.stringify([base, from, by, startedAt]);
}
