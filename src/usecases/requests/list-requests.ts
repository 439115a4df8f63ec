import type {
  RequestListResult,
  RequestShowResult,
  RequestSummary,
} from '#domain/results/request-results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import { decidedWithFreeNames } from '#usecases/tokens/free-names.ts';
import { judgeRequest, summariseRequest, type JudgedRequest } from './judge.ts';
import { findRequest, judgeAll, loadRequests } from './open-requests.ts';
import { readRequestLines } from './request-lines.ts';

/** Lists requests, the open ones first; every one where asked. Reads only. */
export async function listRequests(
  workspace: Workspace,
  { all }: { readonly all: boolean },
): Promise<RequestListResult> {
  const { view } = await knowAuthority(workspace);
  const loaded = await loadRequests(workspace, { view, now: workspace.clock.now() });
  const judged = judgeAll(loaded).filter(({ status }) => all || status === 'open');
  const damaged = new Set(loaded.problems.map(({ subject }) => subject)).size;
  return { requests: await Promise.all(judged.map((one) => summarised(workspace, one))), damaged };
}

/** Shows one request, and what the log says of it. Throws `NOT_FOUND`, `AMBIGUOUS`. */
export async function showRequest(workspace: Workspace, name: string): Promise<RequestShowResult> {
  const { view } = await knowAuthority(workspace);
  const loaded = await loadRequests(workspace, { view, now: workspace.clock.now() });
  const record = findRequest(loaded, name);
  const lines = await readRequestLines(workspace, record.id);
  return {
    ...(await summarised(workspace, judgeRequest(loaded.bench, record))),
    entries: lines.map(({ id, line }) => ({
      id,
      op: line.op,
      at: line.at,
      principal: line.actor.principal,
    })),
  };
}

/** What answers it is written as whoever reads this can run it. */
async function summarised(workspace: Workspace, judged: JudgedRequest): Promise<RequestSummary> {
  const { decision } = judged;
  return summariseRequest({
    ...judged,
    decision: decision && (await decidedWithFreeNames(workspace, decision)),
  });
}

/** The open requests whose fix the caller is named to run. */
export function answerableBy(judged: readonly JudgedRequest[], caller: Caller): readonly JudgedRequest[] {
  const name = agentNames(caller.chain).at(-1) ?? caller.chain?.authority.principal;
  return judged.filter(({ status, decision }) => {
    if (status !== 'open' || decision?.kind !== 'deny' || name === undefined) return false;
    const [fix] = decision.denial.fixes;
    return fix !== undefined && isApprovable(fix.argv) && fix.who.includes(name);
  });
}

/** Tells whether `approve` can do what a fix says. */
function isApprovable([, ...words]: readonly string[]): boolean {
  const verb = words.slice(0, 2).join(' ');
  return (
    verb === 'grant add' || verb === 'token attenuate' || verb === 'purge approve' || words[0] === 'approve'
  );
}
