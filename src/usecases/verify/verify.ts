import type { VerifyResult } from '#domain/results/work-results.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { notInitialised } from '#usecases/authority/load-authority.ts';
import { verifyPublished } from '#usecases/segments/verify-published.ts';
import { LateWork } from './late-work.ts';
import { VerifyReport } from './report.ts';
import { verifyAuthority } from './verify-authority.ts';
import { verifyLog } from './verify-log.ts';
import { verifyImports } from './verify-imports.ts';
import { verifyRequestSet } from './verify-request-set.ts';
import { verifyReviewSet } from './verify-review-set.ts';
import { verifyStates } from './states/verify-states.ts';
import { verifyTombstoneSet } from './verify-tombstone-set.ts';

/**
 * Verifies objects, signatures, token chains, decisions, tombstones, requests, reviews, imports, the log and the authority
 * chain. Findings are answers, not errors. Reads only.
 *
 * @param options.all every thread; otherwise the one of this worktree, or all where it has none.
 */
export async function verify(
  workspace: Workspace,
  options: { readonly all: boolean },
): Promise<VerifyResult> {
  if ((await workspace.records.readClone()) === undefined) throw await notInitialised(workspace);
  const report = new VerifyReport();
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  const thread = options.all ? null : (position?.thread ?? null);
  const ground = await verifyRecords(workspace, report, { thread, received: false });
  if (ground !== undefined) {
    if (options.all) {
      await report.guard('operation', 'published logs', () => verifyLogs(workspace, report, ground));
    }
    await verifyLog(workspace, report, ground);
    await report.guard('state', 'late work', () => ground.late.report(workspace, report));
  }
  return report.result();
}

/**
 * Verifies what a clone got from elsewhere, before anything of it is used: everything but a log, which it has not got.
 * The genesis is the one that `workspace` has pinned.
 */
export async function verifyReceived(workspace: Workspace): Promise<ReceivedResult> {
  const report = new VerifyReport();
  const late = new VerifyReport();
  const ground = await verifyRecords(workspace, report, { thread: null, received: true });
  if (ground !== undefined) {
    await verifyLogs(workspace, report, ground);
    await report.guard('state', 'late work', () => ground.late.report(workspace, late));
  }
  const { checked, findings } = report.result();
  const found = late.result().findings;
  const states = found.filter(({ kind }) => kind === 'state');
  return {
    ok: findings.length + found.length === 0,
    checked,
    findings: [...findings, ...found],
    late: new Map(states.map(({ subject, message }) => [subject, message])),
  };
}

/** What verifying an arrival came to. */
export interface ReceivedResult extends VerifyResult {
  /** States that are late, and why. Where nothing else is wrong, the rest holds without them. */
  readonly late: ReadonlyMap<string, string>;
}

/** What replicas published of their logs. */
function verifyLogs(
  workspace: Workspace,
  report: VerifyReport,
  { authority, tombstones }: NonNullable<Awaited<ReturnType<typeof verifyRecords>>>,
): Promise<void> {
  const knows = (policy: AuthorityId): boolean => authority.views.has(policy);
  return verifyPublished(workspace, report, { view: authority.newest, tombstones, knows });
}

/** Everything by itself, without what the log says of it; undefined where there is no authority chain to hold it to. */
async function verifyRecords(
  workspace: Workspace,
  report: VerifyReport,
  { thread, received }: { readonly thread: string | null; readonly received: boolean },
) {
  const authority = await verifyAuthority(workspace, report);
  if (authority === undefined) return undefined;
  const tombstones = await verifyTombstoneSet(workspace, report, authority);
  const late = new LateWork(authority);
  await verifyStates(workspace, { report, authority, tombstones, late, thread, received });
  const requests = await verifyRequestSet(workspace, report, { authority, tombstones });
  await verifyImports(workspace, report, authority);
  const reviews = await verifyReviewSet(workspace, report, { authority, tombstones, late });
  return { authority, tombstones, requests, reviews, late };
}
