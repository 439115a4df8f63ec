import { HeddleError, invariant } from '#domain/error.ts';
import type { AuthorityId, Digest } from '#domain/id.ts';
import type { OperationKind, RefChange } from '#domain/operation/operation.ts';
import { FULL_LINES, FULL_TEXTS, MOST_LINES } from '#domain/published/bounds.ts';
import {
  checkpointId,
  checkpointSigningHash,
  encodeCheckpoint,
  type Checkpoint,
} from '#domain/published/checkpoint.ts';
import { encodeLines } from '#domain/published/follow-lines.ts';
import { merkleRoot } from '#domain/published/merkle.ts';
import { publishedLogError } from '#domain/published/published-log-error.ts';
import { oplogRef } from '#domain/refs.ts';
import { formatSignature } from '#domain/state/state-codec.ts';
import type { Instant } from '#domain/time.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { StoredOperation } from '#ports/log.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHead, type SegmentHead } from './read-heads.ts';
import { addSegment } from './segment-commit.ts';

/** Whose log is closed, for which repository, when, and where its objects go. */
export interface Closing {
  readonly replica: ReplicaIdentity;
  readonly repo: AuthorityId;
  readonly now: Instant;
  readonly batch: ObjectBatch;
  /**
   * Kinds of lines that are no reason to close a segment: a push that says that it pushed would never end. The first one
   * always is: whatever kind it is, it brought the record that answers for this clone.
   */
  readonly idle?: ReadonlySet<OperationKind>;
  /** What stands for sidecars that several tombstones hide, by the line. */
  readonly hidden?: ReadonlyMap<string, Uint8Array>;
}

/** What closing comes to. */
export interface ClosedLog {
  /** The move of `refs/heddle/oplog/<replica>`; null where every line is published already, or is idle. */
  readonly change: RefChange | null;
  /** Where the ref stands afterwards; null where the log is empty. */
  readonly head: ObjectId | null;
  /** Lines that were in no segment before. */
  readonly lines: number;
}

/**
 * Closes every line of this clone's own log that is in no segment yet: objects into the batch, and the ref's move for
 * whoever has a line of its own to move it with. A `push` calls it in its plan, so that what it sends is durable here
 * first and a kill leaves the old head or the new one; its own line goes with the next push. Lines of another home in
 * the same clone are published by that one, whose key signs them.
 *
 * The repository lock must be held. Throws `LOG_CORRUPT` where the log does not hold, `PUBLISHED_LOG_ROLLED_BACK` and
 * `PUBLISHED_LOG_FORKED` where it is not the one that was published before, `PUBLISHED_LOG_INVALID` where the ref does
 * not lead to what this clone signed.
 */
export async function closeSegments(
  workspace: Pick<Workspace, 'refs' | 'log' | 'objects' | 'hasher' | 'verifySignature'>,
  closing: Closing,
): Promise<ClosedLog> {
  const { replica } = closing.replica;
  const name = oplogRef(replica);
  const old = (await workspace.refs.read(name)) ?? null;
  const known = old === null ? undefined : await newestHead(workspace, replica, old);
  const closer = new Closer(workspace, closing, known);
  let lines = 0;
  let news = false;
  for await (const operation of workspace.log.storedFrom(replica, known?.checkpoint.size ?? 0)) {
    await closer.take(operation);
    lines += 1;
    news ||= known === undefined || closing.idle?.has(operation.line.op) !== true;
  }
  if (!news) return { change: null, head: old, lines: 0 };
  const head = (await closer.end()) ?? null;
  return { change: head === old ? null : { name, old, new: head }, head, lines };
}

/** What was published is known elsewhere: a log that lacks it must not go on as if it had never been there. */
async function newestHead(
  workspace: Parameters<typeof closeSegments>[0],
  replica: Digest,
  commit: ObjectId,
): Promise<SegmentHead> {
  const newest = await readHead(workspace, { head: commit, replica });
  const { size, last } = newest.checkpoint;
  const seq = size - 1;
  for await (const { id } of workspace.log.storedFrom(replica, seq)) {
    if (id === last) return newest;
    const why = 'it was published, and this clone has another one in its place';
    throw publishedLogError('PUBLISHED_LOG_FORKED', { replica, seq, why });
  }
  const why = 'it was published, and this clone does not have it any more';
  throw publishedLogError('PUBLISHED_LOG_ROLLED_BACK', { replica, seq, why });
}

/** Fills segments one after the other. */
class Closer {
  readonly #workspace: Pick<Workspace, 'log' | 'hasher'>;
  readonly #closing: Closing;
  #before: Pick<SegmentHead, 'commit' | 'checkpoint' | 'id'> | undefined;
  #open: StoredOperation[] = [];
  #bytes = { lines: 0, texts: 0 };

  constructor(
    workspace: Pick<Workspace, 'log' | 'hasher'>,
    closing: Closing,
    before: SegmentHead | undefined,
  ) {
    this.#workspace = workspace;
    this.#closing = closing;
    this.#before = before;
  }

  async take(operation: StoredOperation): Promise<void> {
    const { lines, texts } = this.#bytes;
    if (lines >= FULL_LINES || texts >= FULL_TEXTS || this.#open.length >= MOST_LINES) await this.#close();
    this.#open.push(operation);
    this.#bytes.lines += operation.bytes.length + 1;
    this.#bytes.texts += operation.texts.length;
  }

  /** The commit of the newest segment; undefined where there is none. */
  async end(): Promise<ObjectId | undefined> {
    if (this.#open.length > 0) await this.#close();
    return this.#before?.commit;
  }

  async #close(): Promise<void> {
    const { batch, hidden } = this.#closing;
    const checkpoint = this.#sign(this.#open);
    const bytes = encodeCheckpoint(checkpoint);
    const chains = await this.#chains(this.#open);
    const commit = addSegment(batch, {
      checkpoint,
      blobs: {
        checkpoint: batch.add('blob', bytes),
        lines: batch.add('blob', encodeLines(this.#open.map((operation) => operation.bytes))),
        texts: this.#open.map(({ id, texts }) => batch.add('blob', hidden?.get(id) ?? texts)),
        chains,
      },
      parent: this.#before?.commit,
    });
    this.#before = { commit, checkpoint, id: checkpointId(this.#workspace.hasher, bytes) };
    this.#open = [];
    this.#bytes = { lines: 0, texts: 0 };
  }

  #sign(operations: readonly StoredOperation[]): Checkpoint {
    const { hasher } = this.#workspace;
    const { replica, repo, now } = this.#closing;
    const before = this.#before;
    const first = before?.checkpoint.size ?? 0;
    const ids = operations.map(({ id }) => id);
    const last = ids.at(-1);
    invariant(last !== undefined, 'only a segment with lines is closed');
    const unsigned: Omit<Checkpoint, 'sig'> = {
      repo,
      replica: replica.replica,
      key: replica.signer.publicKey,
      number: before === undefined ? 0 : before.checkpoint.number + 1,
      prev: before?.id ?? null,
      first,
      size: first + operations.length,
      root: merkleRoot(hasher, ids),
      last,
      at: now,
    };
    const sig = replica.signer.sign('checkpoint', checkpointSigningHash(hasher, unsigned));
    return { ...unsigned, sig: formatSignature(sig) };
  }

  /** Nobody elsewhere could verify a line without its chain. */
  async #chains(operations: readonly StoredOperation[]): Promise<ReadonlyMap<Digest, ObjectId>> {
    const chains = new Map<Digest, ObjectId>();
    for (const { line } of operations) {
      if (line.chain === null || chains.has(line.chain)) continue;
      const sealed = await this.#workspace.log.readChain(line.chain);
      if (sealed === undefined)
        throw new HeddleError('LOG_CORRUPT', 'the token chain of a line is missing', {
          facts: { replica: line.replica, seq: line.seq, chain: line.chain },
          preserved: 'nothing was published',
        });
      chains.set(line.chain, this.#closing.batch.add('blob', sealed));
    }
    return chains;
  }
}
