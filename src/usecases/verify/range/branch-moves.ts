import type { Digest } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { BEGINNING } from '#domain/published/follow-lines.ts';
import { BRANCH_REFS } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { Coverage, type Uncovered } from '#usecases/server/lines/coverage.ts';
import { branchWay } from '#usecases/server/lines/ways.ts';
import { LANDINGS } from '#usecases/server/refs/judge-branches.ts';
import { publishedLogs } from '#usecases/segments/published-operations.ts';
import { readHeads } from '#usecases/segments/read-heads.ts';
import { isInvalidLog, readVerified } from '#usecases/segments/read-verified.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { LineVerifier } from '#usecases/verify/verify-line.ts';
import { verifyRequestSet } from '#usecases/verify/verify-request-set.ts';
import { verifyReviewSet } from '#usecases/verify/verify-review-set.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';

/** How a branch came to the end of a range. */
interface BranchMove {
  readonly branch: string;
  /** Where it was; null to ask only whether a landing left it there. */
  readonly since: ObjectId | null;
  readonly until: ObjectId;
}

interface MoveGround {
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
}

/**
 * Why no landings led a branch through a range; undefined where they did. They are lines of logs: of those that were
 * published, and of this clone's own. Each that is needed is judged as `verify --all` does. Costs as much as logs are
 * long.
 */
export async function moveProblem(
  workspace: Workspace,
  { authority, tombstones }: MoveGround,
  { branch, since, until }: BranchMove,
): Promise<string | undefined> {
  if (since === until) return undefined;
  const { operations, chains } = await linesOf(workspace, { authority, tombstones });
  const { log } = workspace;
  const readChain: typeof log.readChain = async (digest) => chains.get(digest) ?? log.readChain(digest);
  const seen = { ...workspace, log: { ...log, readChain } };
  const [late, report] = [new LateWork(authority), new VerifyReport()];
  const requests = await verifyRequestSet(seen, report, { authority, tombstones });
  const reviews = await verifyReviewSet(seen, report, { authority, tombstones, late });
  const ground = { authority, tombstones, requests, reviews, late, operations, voided: new Set<string>() };
  const verifier = new LineVerifier(seen, ground);
  const coverage = new Coverage({
    fresh: operations.filter(({ line }) => LANDINGS.has(line.op)),
    all: async () => [],
    problem: (operation) => verifier.problem(operation),
  });
  const ref = { name: `${BRANCH_REFS}${branch}`, old: since, new: until };
  const uncovered = await (since === null
    ? coverage.arrival(ref)
    : coverage.path(ref, { kinds: LANDINGS, judge: branchWay(seen) }));
  if (uncovered !== undefined) return told(branch, uncovered);
  const tooLate = new VerifyReport();
  await tooLate.guard('operation', branch, () => late.report(seen, tooLate));
  return tooLate.result().findings.find(({ kind }) => kind === 'operation')?.message;
}

function told(branch: string, { code, why }: Uncovered): string {
  if (code === 'LINE_REFUSED') return `${branch} moves by landings alone, and one does not hold: ${why}`;
  return `${branch} moves by landings alone, and no log here tells of any that led it here`;
}

/** Lines that hold by themselves, each once. A log that does not hold answers for nothing; `verify --all` names it. */
async function linesOf(
  workspace: Workspace,
  { authority, tombstones }: MoveGround,
): Promise<{
  readonly operations: readonly LoggedOperation[];
  readonly chains: ReadonlyMap<Digest, Uint8Array>;
}> {
  const own = await workspace.log.check();
  const lines = new Map<string, LoggedOperation>();
  const chains = new Map<Digest, Uint8Array>();
  for (const operation of own.findings.length > 0 ? [] : own.operations) lines.set(operation.id, operation);
  for (const [replica, head] of await publishedLogs(workspace)) {
    try {
      const heads = await readHeads(workspace, { head, replica });
      const ground = { view: authority.newest, tombstones };
      for await (const segment of readVerified(workspace, ground, { heads, after: BEGINNING })) {
        for (const operation of segment.operations) lines.set(operation.id, operation);
        for (const [digest, chain] of segment.chains) chains.set(digest, chain);
      }
    } catch (error) {
      if (!isInvalidLog(error)) throw error;
    }
  }
  const operations = [...lines.values()].toSorted((a, b) => a.line.lamport - b.line.lamport);
  return { operations, chains };
}
