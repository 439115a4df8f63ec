import type { LoggedOperation, OperationKind } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { WorkListener } from '#usecases/verify/late-work.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { LineVerifier } from '#usecases/verify/verify-line.ts';
import type { VerifiedRequests } from '#usecases/verify/verify-request-set.ts';
import type { VerifiedReviews } from '#usecases/verify/verify-review-set.ts';
import type { VerifiedTombstones } from '#usecases/verify/verify-tombstone-set.ts';
import { Coverage } from './coverage.ts';
import type { PushedLogs } from './pushed-logs.ts';

interface LineGround {
  readonly authority: AuthorityHistory;
  readonly tombstones: VerifiedTombstones;
  readonly requests: VerifiedRequests;
  readonly reviews: VerifiedReviews;
  readonly late: WorkListener;
  readonly logs: PushedLogs;
}

/** Kinds of lines that say all that they are judged by. */
const ALONE: ReadonlySet<OperationKind> = new Set(['capture', 'thread-start', 'adopt', 'land', 'init']);

/** The lines of a push as what answers for moves of refs; each is judged where something depends on it. */
export function coverageOf(workspace: Workspace, ground: LineGround): Coverage {
  const { logs, authority } = ground;
  const guarded = authority.newest.policies.some(({ rules }) => rules.guarded !== null);
  const verifierOf = (operations: readonly LoggedOperation[]): LineVerifier =>
    new LineVerifier(workspace, { ...ground, operations, voided: new Set() });
  const quick = verifierOf(logs.fresh.operations);
  let whole: Promise<LineVerifier> | undefined;
  return new Coverage({
    fresh: logs.fresh.operations,
    all: async () => (await logs.all()).operations,
    problem: async (operation) => {
      if (ALONE.has(operation.line.op) && !guarded) return quick.problem(operation);
      whole ??= logs.all().then(({ operations }) => verifierOf(operations));
      return (await whole).problem(operation);
    },
  });
}
