import { jsonField } from '#domain/encoding/json-field.ts';
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
  const verifierOf = (operations: readonly LoggedOperation[], late = ground.late): LineVerifier =>
    new LineVerifier(workspace, { ...ground, operations, late, voided: new Set() });
  const quick = verifierOf(logs.fresh.operations);
  // Each of these was verified by itself.
  const fresh = new Set(logs.fresh.operations.map(({ id }) => id));
  let whole: Promise<LineVerifier> | undefined;
  return new Coverage({
    fresh: logs.fresh.operations,
    all: async () => (await logs.all()).operations,
    problem: async (operation) => {
      if (!fresh.has(operation.id)) {
        const why = (await logs.all()).disbelieved.get(operation.line.replica);
        if (why !== undefined) return why;
      }
      if (ALONE.has(operation.line.op) && !guarded) return quick.problem(operation);
      if (operation.line.op === 'undo' || operation.line.op === 'redo') {
        const { operations } = await logs.all();
        return reversalProblem(operation, operations, (late) => verifierOf(operations, late(ground.late)));
      }
      whole ??= logs.all().then(({ operations }) => verifierOf(operations));
      return (await whole).problem(operation);
    },
  });
}

/**
 * What is wrong with a line that takes back, or does again. Whose the other line was is known once that one was verified,
 * and whoever takes back what is their own needs less than others: then that one has to hold, too. When it came is asked
 * where it answers for something itself.
 */
async function reversalProblem(
  operation: LoggedOperation,
  operations: readonly LoggedOperation[],
  verifierFor: (late: (all: WorkListener) => WorkListener) => LineVerifier,
): Promise<string | undefined> {
  const { line, texts } = operation;
  const result = texts === 'redacted' ? null : texts.result;
  const named = new Set(['undone', 'undo', 'redone'].map((field) => jsonField(result, field)));
  const others = operations.filter(
    ({ id, line: other }) => named.has(id) && other.actor.principal === line.actor.principal,
  );
  const verifier = verifierFor((all) => ({
    note: (work) => all.note(work),
    noteLine: (noted, rest) => {
      if (noted.id === operation.id) all.noteLine(noted, rest);
    },
  }));
  for (const other of others) {
    const why = await verifier.problem(other);
    if (why !== undefined) return `what it takes back does not hold: ${why}`;
  }
  return verifier.problem(operation);
}
