import type { AuthorityView } from '#domain/authority/authority.ts';
import { parseDigest, shortId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { PushRefusal } from '#domain/server/push-refusal.ts';
import { AUTHORITY_REF, OPLOG_REFS } from '#domain/refs.ts';
import { FALLBACK_REF } from '#domain/remotes/fallback-refs.ts';
import type { Incoming } from '#ports/server/incoming.ts';
import type { Workspace } from '#ports/workspace.ts';
import { LateWork } from '#usecases/verify/late-work.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import type { AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import { judgeBranches } from './refs/judge-branches.ts';
import { judgePushedAuthority } from './refs/judge-pushed-authority.ts';
import { judgeTombstones, judgeSets } from './refs/judge-sets.ts';
import { judgePushedThreads } from './refs/judge-pushed-threads.ts';
import { candidateOf } from './candidate.ts';
import { coverageOf } from './lines/pushed-lines.ts';
import { PushedLogs } from './lines/pushed-logs.ts';
import { sortPushedRefs, type PushedRefs } from './refs/pushed-refs.ts';
import { verifyPushedStates } from './pushed-states.ts';
import { ReceivedWork } from './received-work.ts';
import { Refusals } from './refusals.ts';
import { findShunned, givenBackBy, refuseShunned, refuseTravelling } from './removed-content.ts';

/** A push that git asks about. */
export interface Push {
  readonly updates: readonly RefChange[];
  readonly incoming: Incoming;
  /** True for the push that a server begins with, and believes: what it brings to branches is where they begin. */
  readonly isFirst: boolean;
}

/**
 * Judges a push to a server that has a genesis: every state, log segment, authority record and signed record that it
 * brings, and that a line answers for each move of a ref. Returns what is wrong, and nothing of a push is accepted where
 * anything is. Reads only; what it costs grows with what was pushed, and with the authority chain.
 */
export async function judgePush(server: Workspace, push: Push): Promise<readonly PushRefusal[]> {
  const refusals = new Refusals();
  const refs = sortPushedRefs(push.updates);
  for (const { name } of refs.strange)
    refusals.refuse('REF_REFUSED', name, 'refs of this kind stay in the clone that made them');
  // What its table names nobody would have judged.
  if (refs.branches.some(({ name, new: next }) => name === FALLBACK_REF && next !== null))
    refusals.refuse('REF_REFUSED', FALLBACK_REF, 'this server takes refs of heddle by their own names');
  const looked = { server, push, refusals };
  const shunned = await findShunned(looked);
  const candidate = candidateOf(server, push.updates);
  const history = await judgePushedAuthority(candidate, refs.authority, refusals);
  const isSound = history !== undefined && refusals.all.length === 0;
  const isGivenBack = isSound ? givenBackBy(candidate, history.newest) : async () => false;
  await refuseShunned(looked, shunned, isGivenBack);
  // Nothing can be held against a chain that does not hold.
  if (history === undefined || refusals.all.length > 0) return refusals.all;
  await judgeOn({ server, candidate, history, push, refs, refusals });
  // Last, since each digest costs much: whoever may not push anything makes a server compute none.
  if (refusals.all.length === 0) await refuseTravelling(looked, candidate, isGivenBack);
  return refusals.all;
}

interface Ground {
  readonly server: Workspace;
  readonly candidate: Workspace;
  readonly history: AuthorityHistory;
  readonly push: Push;
  readonly refs: PushedRefs;
  readonly refusals: Refusals;
}

async function judgeOn({ server, candidate, history, push, refs, refusals }: Ground): Promise<void> {
  const { incoming } = push;
  const late = new LateWork(history);
  const work = new ReceivedWork(late, { history, policies: await policiesBefore(history, { server, refs }) });
  const tombstones = await judgeTombstones({ server, candidate, history, refusals }, refs.tombstones);
  const logs = new PushedLogs(candidate, { view: history.newest, tombstones });
  for (const ref of refs.logs) await refusals.guard('LOG_REFUSED', replicaOf(ref), () => logs.take(ref));
  const seen = { ...candidate, log: logs.asLog(server.log) };
  const ground = { authority: history, tombstones, late: work };
  const states = new VerifyReport();
  await states.guard('state', 'threads', () =>
    verifyPushedStates(
      seen,
      { ...ground, report: states, received: true },
      { server, incoming, threads: refs.threads },
    ),
  );
  refusals.takeOver(states);
  const sets = await judgeSets({ server, candidate: seen, history, refusals }, { refs, ground });
  // Whether a line answers for a move is asked of logs that hold.
  if (refusals.all.length === 0) {
    const coverage = coverageOf(seen, { ...ground, ...sets, logs });
    const asked = { candidate: seen, view: history.newest, coverage, incoming, refusals };
    await judgePushedThreads(asked, refs);
    if (!push.isFirst) await judgeBranches(asked, refs);
  }
  await work.judge(seen, refusals);
}

/** What the server asked before the push; what it will ask where there was nothing. */
async function policiesBefore(
  { views, commits, newest }: AuthorityHistory,
  { server, refs }: Pick<Ground, 'server' | 'refs'>,
): Promise<AuthorityView['policies']> {
  const head = refs.authority === undefined ? await server.refs.read(AUTHORITY_REF) : refs.authority.old;
  const record = commits.get(head ?? '');
  return (record === undefined ? undefined : views.get(record))?.policies ?? newest.policies;
}

function replicaOf({ name }: RefChange): string {
  const id = name.slice(OPLOG_REFS.length);
  try {
    return `the log of ${shortId(parseDigest(id), 12)}`;
  } catch {
    return name.slice(0, 200);
  }
}
