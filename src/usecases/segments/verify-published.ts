import type { AuthorityId, Digest } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { BEGINNING, type PublishedLine } from '#domain/published/follow-lines.ts';
import { OPLOG_REFS, replicaOf } from '#domain/refs.ts';
import { HeddleError } from '#domain/error.ts';
import type { StoredOperation } from '#ports/log.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { VerifyReport } from '#usecases/verify/report.ts';
import { sidecarProblem } from '#usecases/verify/verify-tombstone-set.ts';
import { readHeads } from './read-heads.ts';
import { readVerified, type LogGround } from './read-verified.ts';

/** What published logs are held against. */
export interface PublishedGround extends LogGround {
  /** Whether a record is one of the authority chain's. */
  readonly knows: (policy: AuthorityId) => boolean;
}

/**
 * Verifies what replicas published of their logs, as it is here: every checkpoint, line, sidecar and signature. What is
 * written in this clone must still have each line that it published: an own log that was cut below its newest
 * checkpoint is found, and the first line that is missing is named. What lines of other clones were allowed to do is
 * judged there, and by states, records and tombstones themselves.
 */
export async function verifyPublished(
  workspace: Workspace,
  report: VerifyReport,
  ground: PublishedGround,
): Promise<void> {
  const local = await localReplicas(workspace);
  for (const [name, head] of await workspace.refs.list(OPLOG_REFS)) {
    const replica = replicaOf(name);
    if (replica === undefined) report.find('log', name, 'it is named for no clone');
    else
      await report.guard('log', replica, () =>
        verifyOne(workspace, report, { ground, replica, head, local }),
      );
  }
}

/** Whose logs are written in this clone; the own one too where all of it is gone. */
async function localReplicas(workspace: Workspace): Promise<ReadonlySet<Digest>> {
  const own = await workspace.knownReplica();
  const written = (await workspace.log.tails()).map(({ replica }) => replica);
  return new Set(own === undefined ? written : [...written, own.replica]);
}

async function verifyOne(
  workspace: Workspace,
  report: VerifyReport,
  {
    ground,
    replica,
    head,
    local,
  }: {
    readonly ground: PublishedGround;
    readonly replica: Digest;
    readonly head: ObjectId;
    readonly local: ReadonlySet<Digest>;
  },
): Promise<void> {
  const heads = await readHeads(workspace, { head, replica });
  const own = local.has(replica) ? new OwnLog(workspace, report, replica) : undefined;
  for await (const { operations } of readVerified(workspace, ground, { heads, after: BEGINNING })) {
    report.count('signatures', 1 + operations.length);
    report.count('operations', own === undefined ? operations.length : 0);
    for (const operation of operations) {
      const why = lineProblem(ground, operation);
      if (why !== undefined) report.find('log', operation.id, `line ${operation.line.seq}: ${why}`);
    }
    await own?.compare(operations);
  }
}

function lineProblem(
  { knows, tombstones }: PublishedGround,
  { id, line, texts }: LoggedOperation,
): string | undefined {
  if (line.policy !== null && !knows(line.policy))
    return 'the authority record it was decided under is unknown';
  return texts === 'redacted' ? undefined : sidecarProblem(tombstones, id, null);
}

/** A log that is written here, beside what was published of it. */
class OwnLog {
  readonly #report: VerifyReport;
  readonly #replica: Digest;
  readonly #stored: AsyncIterator<StoredOperation>;
  /** After the first difference everything differs. */
  #told = false;

  constructor({ log }: Workspace, report: VerifyReport, replica: Digest) {
    this.#report = report;
    this.#replica = replica;
    this.#stored = log.storedFrom(replica, 0)[Symbol.asyncIterator]();
  }

  async compare(lines: readonly PublishedLine[]): Promise<void> {
    for (const { id, line } of lines) {
      if (this.#told) return;
      const stored = await this.#next();
      if (stored === undefined || stored.id === id) continue;
      this.#told = true;
      const what = stored.id === null ? 'does not have it any more' : 'has another one in its place';
      this.#report.find('log', this.#replica, `line ${line.seq}: it was published, and this clone ${what}`);
    }
  }

  /** Undefined where the log itself is damaged: its own findings say so. */
  async #next(): Promise<{ readonly id: string | null } | undefined> {
    try {
      const next = await this.#stored.next();
      return { id: next.done === true ? null : next.value.id };
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      this.#told = true;
      return undefined;
    }
  }
}
