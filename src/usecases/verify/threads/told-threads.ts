import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Digest } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { LogFinding } from '#ports/log.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadFollowCommit } from '#usecases/states/replaced/commit-map.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import { LineVerifier } from '#usecases/verify/verify-line.ts';
import { findVoided, policyProblem } from '#usecases/verify/verify-log.ts';
import { verifyRequestSet } from '#usecases/verify/verify-request-set.ts';
import { verifyReviewSet } from '#usecases/verify/verify-review-set.ts';
import { verifyTombstoneSet } from '#usecases/verify/verify-tombstone-set.ts';
import { Beginnings } from './beginnings.ts';
import { aboutThreads } from './lineage.ts';

/**
 * What the log says of these threads, by the lines that hold: judged as `verify` judges them, and none of them tells of
 * another beginning of a thread that is there. Null where a record was taken away; what no line tells of is absent.
 */
export async function toldThreads(
  workspace: Workspace,
  threads: ReadonlySet<string>,
): Promise<ReadonlyMap<string, ThreadRecord | null>> {
  const { operations, findings } = await workspace.log.check();
  const own = (await workspace.knownReplica())?.replica;
  const whole = withoutBackdated(operations, own)
    .filter((operation) => isBeforeDamage(operation, findings))
    .toSorted((a, b) => a.line.lamport - b.line.lamport);
  const about = aboutThreads(whole, threads);
  const sound = about.length === 0 ? new Set<string>() : await soundLines(workspace, whole, about);
  const beginnings = new Beginnings(await loadFollowCommit(workspace));
  for (const operation of about) {
    const { id, line, texts } = operation;
    if (texts === 'redacted') beginnings.noteUntold(line);
    else if (sound.has(id)) beginnings.take(line, texts.effects);
  }
  return beginnings.records(threads);
}

/** One clock counts all lines that are written in a clone: of two at one time this home knows its own. */
function withoutBackdated(
  operations: readonly LoggedOperation[],
  own: Digest | undefined,
): readonly LoggedOperation[] {
  const mine = operations.filter(({ line }) => line.replica === own);
  const taken = new Set(mine.map(({ line }) => line.lamport));
  return operations.filter(({ line }) => line.replica === own || !taken.has(line.lamport));
}

/** Behind damage somebody may have cut out what else would speak against a line. */
function isBeforeDamage({ line }: LoggedOperation, findings: readonly LogFinding[]): boolean {
  return findings.every(({ replica, seq }) => replica !== line.replica || (seq !== null && line.seq < seq));
}

/** The ids of those lines with which nothing is wrong, the author's right and time included. */
async function soundLines(
  workspace: Workspace,
  operations: readonly LoggedOperation[],
  about: readonly LoggedOperation[],
): Promise<ReadonlySet<string>> {
  const report = new VerifyReport();
  const authority = await verifyAuthority(workspace, report);
  if (authority === undefined) return new Set();
  const late = new LateWork(authority);
  const tombstones = await verifyTombstoneSet(workspace, report, authority);
  const requests = await verifyRequestSet(workspace, report, { authority, tombstones });
  const reviews = await verifyReviewSet(workspace, report, { authority, tombstones, late });
  const voided = await findVoided(workspace, operations);
  const ground = { authority, tombstones, requests, reviews, late, operations, voided };
  const lines = new LineVerifier(workspace, ground);
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const judged = new VerifyReport();
  for (const operation of about) {
    await judged.guard('operation', operation.id, async () => {
      const why = (await lines.problem(operation)) ?? policyProblem(operation, byId, authority);
      if (why !== undefined) judged.find('operation', operation.id, why);
    });
  }
  await late.report(workspace, judged);
  const wrong = new Set(judged.result().findings.map(({ subject }) => subject));
  return new Set(about.map(({ id }) => id).filter((id) => !wrong.has(id) && !voided.has(id)));
}
