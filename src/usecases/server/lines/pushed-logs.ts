import type { Digest } from '#domain/id.ts';
import { parseDigest } from '#domain/id.ts';
import { HeddleError } from '#domain/error.ts';
import type { LoggedOperation, RefChange } from '#domain/operation/operation.ts';
import { BEGINNING } from '#domain/published/follow-lines.ts';
import { publishedLogInvalid } from '#domain/published/published-log-error.ts';
import { OPLOG_REFS } from '#domain/refs.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { LogMark, OperationLog } from '#ports/log.ts';
import type { Workspace } from '#ports/workspace.ts';
import { compareLogs } from '#usecases/segments/compare-logs.ts';
import { readHeads, type SegmentHead } from '#usecases/segments/read-heads.ts';
import {
  endAt,
  isInvalidLog,
  readAgain,
  readVerified,
  type LogGround,
} from '#usecases/segments/read-verified.ts';

/** Lines of published logs, with the chains that they were signed under. */
export interface PublishedLines {
  readonly operations: readonly LoggedOperation[];
  readonly chains: ReadonlyMap<Digest, Uint8Array>;
}

/** What all published logs have. */
interface AllLines extends PublishedLines {
  /**
   * Replicas whose logs were believed when they came and are not any more: their author's keys, or whoever answered for
   * the clone, were taken away. What they say stays the last word about a ref, and answers for nothing.
   */
  readonly disbelieved: ReadonlyMap<Digest, string>;
}

interface Collected {
  readonly operations: LoggedOperation[];
  readonly chains: Map<Digest, Uint8Array>;
}

interface Offered {
  readonly heads: readonly SegmentHead[];
  readonly known: SegmentHead | undefined;
  /** No line is new: sidecars alone were taken away. */
  readonly isSame?: boolean;
}

/** Published logs as a push would leave them: the lines that it brings, and all of them where somebody asks. */
export class PushedLogs {
  readonly #candidate: Workspace;
  readonly #ground: LogGround;
  readonly #fresh: Collected = { operations: [], chains: new Map() };
  /** Replicas of which the push brings lines. */
  readonly #moved = new Set<Digest>();
  #all: Promise<AllLines> | undefined;

  constructor(candidate: Workspace, ground: LogGround) {
    this.#candidate = candidate;
    this.#ground = ground;
  }

  /** Lines that the server did not have, each verified by itself. */
  get fresh(): PublishedLines {
    return this.#fresh;
  }

  /**
   * Takes in what a push brings of a replica's log: it goes on from what the server has, and nothing there changed.
   * Throws `PUBLISHED_LOG_INVALID`.
   */
  async take({ name, old, new: next }: RefChange): Promise<void> {
    const replica = parseDigest(name.slice(OPLOG_REFS.length));
    if (next === null) throw publishedLogInvalid(replica, null, 'it is to be taken away');
    const { heads, known, isSame } = await this.#headsOf(replica, { old, next });
    if (isSame === true) {
      await collected(readAgain(this.#candidate, this.#ground, heads));
      return;
    }
    this.#moved.add(replica);
    const after = await endAt(this.#candidate, known);
    const seen = known === undefined ? 0 : known.checkpoint.size;
    for await (const segment of readVerified(this.#candidate, this.#ground, { heads, after })) {
      add(this.#fresh, { ...segment, operations: segment.operations.filter(({ line }) => line.seq >= seen) });
    }
  }

  /** Every line of every published log. Costs as much as they are long. */
  all(): Promise<AllLines> {
    return (this.#all ??= this.#readAll());
  }

  /**
   * A log for reading alone: the lines are those of all published logs, the chains are found without reading them
   * where they came with the push.
   */
  asLog(log: OperationLog): OperationLog {
    // Each by itself: what an object of a class can do is not copied with it.
    return {
      head: (replica) => log.head(replica),
      storedFrom: (replica, seq) => log.storedFrom(replica, seq),
      unapplied: () => log.unapplied(),
      append: neverWritten,
      markApplied: neverWritten,
      repairTails: neverWritten,
      replaceTexts: neverWritten,
      keepChain: neverWritten,
      readChain: async (digest) =>
        this.#fresh.chains.get(digest) ??
        (await log.readChain(digest)) ??
        (await this.all()).chains.get(digest),
      // All that was published is among the lines already.
      tails: () => this.#tails(),
      newest: () => this.#newest(),
      check: async () => ({ operations: (await this.all()).operations, findings: [] }),
    };
  }

  async #tails(): Promise<readonly LogMark[]> {
    const last = new Map<Digest, LogMark>();
    for (const { id, line } of (await this.all()).operations) {
      const { replica, seq } = line;
      if ((last.get(replica)?.seq ?? -1) < seq) last.set(replica, { replica, seq, id });
    }
    return [...last.values()].toSorted((one, other) => (one.replica < other.replica ? -1 : 1));
  }

  async *#newest(): AsyncGenerator<LoggedOperation> {
    yield* (await this.all()).operations.toReversed();
  }

  /** What is to be verified of an offered log, and the newest segment before it, with all that is below known. */
  async #headsOf(
    replica: Digest,
    { old, next }: { readonly old: ObjectId | null; readonly next: ObjectId },
  ): Promise<Offered> {
    if (old === null)
      return { heads: await readHeads(this.#candidate, { head: next, replica }), known: undefined };
    const stopAt = await this.#parentOf(old);
    const heads = await readHeads(this.#candidate, {
      head: next,
      replica,
      ...(stopAt === undefined ? {} : { stopAt }),
    });
    const at = heads.findIndex(({ commit }) => commit === old);
    if (at >= 0) return { heads: heads.slice(at + 1), known: heads[at] };
    // A removal takes sidecars away: then all of it is made anew, and all of it is verified.
    const whole = await readHeads(this.#candidate, { head: next, replica });
    const before = await readHeads(this.#candidate, { head: old, replica });
    const { relation, from } = compareLogs(before, whole);
    if (relation === 'same' || relation === 'ahead')
      return { heads: whole, known: undefined, isSame: relation === 'same' };
    throw publishedLogInvalid(
      replica,
      from,
      'the server has another line there: the log was cut off or edited',
    );
  }

  async #parentOf(commit: ObjectId): Promise<ObjectId | undefined> {
    const object = await this.#candidate.objects.read(commit, LARGEST_COMMIT);
    return object === undefined ? undefined : parseCommitLinks(object.content)?.parents[0];
  }

  async #readAll(): Promise<AllLines> {
    const all: Collected = { operations: [], chains: new Map() };
    const disbelieved = new Map<Digest, string>();
    for (const [name, head] of await this.#candidate.refs.list(OPLOG_REFS)) {
      const replica = parseDigest(name.slice(OPLOG_REFS.length));
      const heads = await readHeads(this.#candidate, { head, replica });
      try {
        add(all, await collected(readVerified(this.#candidate, this.#ground, { heads, after: BEGINNING })));
      } catch (error) {
        // What a push brings has to hold. What came before may not any more by a revocation, which has to get here.
        if (this.#moved.has(replica) || !(error instanceof HeddleError) || !isInvalidLog(error)) throw error;
        disbelieved.set(replica, error.message);
        add(all, await collected(readAgain(this.#candidate, this.#ground, heads)));
      }
    }
    return { ...all, operations: all.operations.toSorted(inOrder), disbelieved };
  }
}

const LARGEST_COMMIT = 16_384;

function add({ operations, chains }: Collected, segment: PublishedLines): void {
  operations.push(...segment.operations);
  for (const [digest, chain] of segment.chains) chains.set(digest, chain);
}

async function collected(segments: AsyncIterable<PublishedLines>): Promise<PublishedLines> {
  const all: Collected = { operations: [], chains: new Map() };
  for await (const segment of segments) add(all, segment);
  return all;
}

async function neverWritten(): Promise<never> {
  throw new Error('invariant: what a push would make is only looked at');
}

function inOrder(a: LoggedOperation, b: LoggedOperation): number {
  return a.line.lamport - b.line.lamport || (a.line.replica < b.line.replica ? -1 : 1);
}

/** Where the newest line of each replica about a ref leaves it, with that line. */
export function newestAbout(operations: readonly LoggedOperation[], ref: string): readonly LoggedOperation[] {
  const newest = new Map<Digest, LoggedOperation>();
  for (const operation of operations) {
    const { line, texts } = operation;
    if (line.verdict.verdict === 'deny' || texts === 'redacted') continue;
    if (!texts.refs.some(({ name }) => name === ref)) continue;
    const known = newest.get(line.replica);
    if (known === undefined || known.line.seq < line.seq) newest.set(line.replica, operation);
  }
  return [...newest.values()];
}
