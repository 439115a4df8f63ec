import { HeddleError, invariant, type ErrorCode } from '#domain/error.ts';
import type { Digest } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { publishedLogError } from '#domain/published/published-log-error.ts';
import { oplogRef } from '#domain/refs.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import { sidecarHiders } from '#domain/removal/tombstone-set.ts';
import type { CoveredRecord } from '#domain/removal/covered-record.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { compareLogs, type LogDivergence } from './compare-logs.ts';
import { readHead, readHeads, type SegmentHead } from './read-heads.ts';
import {
  endAt,
  isAnsweredFor,
  readVerified,
  refusing,
  type LogGround,
  type VerifiedSegment,
} from './read-verified.ts';
import { rebuildSegment } from './replace-published-texts.ts';

/** A log that was not taken over, and why; it stops no other. */
export interface RefusedLog {
  readonly replica: Digest;
  readonly code: ErrorCode;
  /** The line that is at fault; null where it is no single one. */
  readonly seq: number | null;
  readonly why: string;
}

/** What joining fetched logs comes to. Nothing is visible before whoever called moves the refs with a line. */
export interface JoinedLogs {
  /** Moves of `refs/heddle/oplog/<replica>`, always forward. */
  readonly changes: readonly RefChange[];
  /** Lines that were not known here. */
  readonly lines: number;
  /** The clock of the newest of them; -1 for none. The line that moves the refs has to come after it. */
  readonly lamport: number;
  readonly refused: readonly RefusedLog[];
  /** Replicas of which this clone knows more than it was offered: what a remote lags behind with, or was rolled back by. */
  readonly behind: readonly Digest[];
  /** Replicas that nobody answers for, or not any more: what is new of their logs is left out until somebody does. */
  readonly unanswered: readonly Digest[];
}

/** What was fetched: the head of each replica's log, none of it verified. */
export type OfferedLogs = ReadonlyMap<Digest, ObjectId>;

/** Logs that one remote may offer. */
const MOST_LOGS = 10_000;

/**
 * Verifies logs that were fetched and plans to take over what is new of them. A log only ever goes on: what is known of
 * it must be its beginning, by the checkpoints that its replica signed; a shorter one changes nothing, and one that
 * contradicts what is known is refused as a fork. Sidecars that a tombstone hides here are hidden in what is taken over,
 * too, so clones with the same tombstones have the same commits. A log that is written in this clone is never taken
 * from elsewhere: where a remote has more of it than was published here, this clone lost lines that it published.
 *
 * The token chains of new lines are kept beside this clone's own, durable on return; all else is in the batch. The
 * repository lock must be held. One log that is refused stops itself alone.
 */
export async function joinLogs(
  workspace: Workspace,
  ground: LogGround,
  { offered, batch }: { readonly offered: OfferedLogs; readonly batch: ObjectBatch },
): Promise<JoinedLogs> {
  const joiner = new Joiner(workspace, ground, batch);
  const logs = [...offered].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [replica, head] of logs.slice(0, MOST_LOGS)) await joiner.take(replica, head);
  for (const [replica] of logs.slice(MOST_LOGS))
    joiner.refuse(replica, publishedLogError('PUBLISHED_LOG_INVALID', { replica, seq: null, why: TOO_MANY }));
  return joiner.joined();
}

const TOO_MANY = 'there are more logs than any remote may offer';

interface Compared extends Pick<LogDivergence, 'relation' | 'from'> {
  /** The newest segment that is known; undefined for none. */
  readonly known: SegmentHead | undefined;
  /** What is offered beyond it, where it is ahead. */
  readonly heads: readonly SegmentHead[];
}

class Joiner {
  readonly #workspace: Workspace;
  readonly #ground: LogGround;
  readonly #batch: ObjectBatch;
  readonly #changes: RefChange[] = [];
  readonly #refused: RefusedLog[] = [];
  readonly #behind: Digest[] = [];
  readonly #unanswered: Digest[] = [];
  readonly #stubs: ReadonlyMap<CoveredRecord, ObjectId>;
  #written: ReadonlySet<Digest> | undefined;
  #lines = 0;
  #lamport = -1;

  constructor(workspace: Workspace, ground: LogGround, batch: ObjectBatch) {
    this.#workspace = workspace;
    this.#ground = ground;
    this.#batch = batch;
    this.#stubs = hiddenTexts(ground, batch);
  }

  joined(): JoinedLogs {
    return {
      changes: this.#changes,
      lines: this.#lines,
      lamport: this.#lamport,
      refused: this.#refused,
      behind: this.#behind,
      unanswered: this.#unanswered,
    };
  }

  async take(replica: Digest, head: ObjectId): Promise<void> {
    try {
      await refusing(replica, () => this.#join(replica, head));
    } catch (error) {
      if (!(error instanceof HeddleError) || !error.code.startsWith('PUBLISHED_LOG_')) throw error;
      this.refuse(replica, error);
    }
  }

  refuse(replica: Digest, { code, message, facts }: HeddleError): void {
    const seq = typeof facts['seq'] === 'number' ? facts['seq'] : null;
    this.#refused.push({ replica, code, seq, why: message });
  }

  async #join(replica: Digest, head: ObjectId): Promise<void> {
    const name = oplogRef(replica);
    const old = (await this.#workspace.refs.read(name)) ?? null;
    if (old === head) return;
    const { known, heads, relation, from } = await this.#compare(replica, { head, old });
    if (relation === 'forked') throw forked(replica, from);
    if (relation === 'behind') this.#behind.push(replica);
    const newest = heads.at(-1);
    if (relation !== 'ahead' || newest === undefined) return;
    if ((await this.#writtenHere()).has(replica) && !(await this.#hasLine(newest)))
      throw rolledBack(replica, { from, size: newest.checkpoint.size });
    if (this.#isUnanswered(newest)) this.#unanswered.push(replica);
    else this.#changes.push({ name, old, new: await this.#goOn(heads, known) });
  }

  /** One key signed all checkpoints of a log. */
  #isUnanswered({ checkpoint }: SegmentHead): boolean {
    const { view } = this.#ground;
    return checkpoint.repo === view.genesis && !isAnsweredFor(view, checkpoint);
  }

  /** What is new behind the known head; most logs grew from the very commit that is known. */
  async #compare(
    replica: Digest,
    { head, old }: { readonly head: ObjectId; readonly old: ObjectId | null },
  ): Promise<Compared> {
    const offered = await readHeads(this.#workspace, {
      head,
      replica,
      ...(old === null ? {} : { stopAt: old }),
    });
    if (old !== null && offered[0]?.checkpoint.number !== 0) {
      const known = await readHead(this.#workspace, { head: old, replica });
      return { relation: 'ahead', from: known.checkpoint.size, known, heads: offered };
    }
    const mine = old === null ? [] : await readHeads(this.#workspace, { head: old, replica });
    const { relation, from } = compareLogs(mine, offered);
    return { relation, from, known: mine.at(-1), heads: offered.slice(mine.length) };
  }

  /** What is new is verified whole before anything of it is kept. */
  async #goOn(heads: readonly SegmentHead[], known: SegmentHead | undefined): Promise<ObjectId> {
    const after = await endAt(this.#workspace, known);
    let parent = known?.commit;
    const chains = new Map<Digest, Uint8Array>();
    let end = { lines: 0, lamport: after.lamport };
    for await (const segment of readVerified(this.#workspace, this.#ground, { heads, after })) {
      for (const [digest, sealed] of segment.chains) chains.set(digest, sealed);
      end = { lines: end.lines + segment.lines.length, lamport: clockOf(segment) };
      parent = rebuildSegment(this.#batch, segment, { texts: this.#stubs, parent });
    }
    for (const [digest, sealed] of chains) await this.#workspace.log.keepChain(digest, sealed);
    this.#lines += end.lines;
    this.#lamport = Math.max(this.#lamport, end.lamport);
    invariant(parent !== undefined, 'a log that goes on has a segment');
    return parent;
  }

  /** Each line names the one before it: whoever has the last one has all of them. */
  async #hasLine({ checkpoint: { replica, size, last } }: SegmentHead): Promise<boolean> {
    for await (const { id } of this.#workspace.log.storedFrom(replica, size - 1)) return id === last;
    return false;
  }

  /** Logs of this clone's own files, and of this home. */
  async #writtenHere(): Promise<ReadonlySet<Digest>> {
    const { log } = this.#workspace;
    const own = await this.#workspace.replica();
    this.#written ??= new Set([own.replica, ...(await log.tails()).map(({ replica }) => replica)]);
    return this.#written;
  }
}

function clockOf({ lines }: VerifiedSegment): number {
  return lines.at(-1)?.line.lamport ?? -1;
}

/** What stands for the sidecar of each record that a tombstone hides here. */
function hiddenTexts(
  { tombstones: { records } }: LogGround,
  batch: ObjectBatch,
): ReadonlyMap<CoveredRecord, ObjectId> {
  const stubs = new Map<CoveredRecord, ObjectId>();
  for (const [record, { id }] of sidecarHiders(records.values()))
    stubs.set(record, batch.add('blob', encodeRedactedTexts(id)));
  return stubs;
}

function forked(replica: Digest, from: number): HeddleError {
  const why = 'from here on it contradicts what is known of it';
  return publishedLogError('PUBLISHED_LOG_FORKED', { replica, seq: from, why });
}

function rolledBack(
  replica: Digest,
  { from, size }: { readonly from: number; readonly size: number },
): HeddleError {
  const why = `it is written in this clone, which lacks lines that it published, up to line ${size - 1}`;
  return publishedLogError('PUBLISHED_LOG_ROLLED_BACK', { replica, seq: from, why });
}
