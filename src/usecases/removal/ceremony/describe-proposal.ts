import type { Decision } from '#domain/decision/decision.ts';
import { consentProgress } from '#domain/decision/gates/guard.ts';
import type { RequestId } from '#domain/id.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import { meantPurge } from '#domain/request/guarded-purge.ts';
import type { MeantPurge } from '#domain/request/intended-act.ts';
import type { RequestRecord } from '#domain/request/request-set.ts';
import type { PurgeProposal } from '#domain/results/removal/proposal-results.ts';
import type { FixResult } from '#domain/results/request-results.ts';
import { agentNames } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findTombstonePlaces } from '#usecases/removal/places/tombstone-places.ts';
import { agreementOf } from '#usecases/requests/agreements.ts';
import {
  decideRequest,
  judgeRequest,
  summariseRequest,
  type JudgedRequest,
} from '#usecases/requests/judge.ts';
import { findRequest, refused, type LoadedRequests } from '#usecases/requests/open-requests.ts';
import { readTombstones } from '#usecases/tombstones/load-tombstones.ts';

/** What a request wants destroyed; undefined of every other request. */
export function proposedPurge({
  request,
  texts: { act },
}: Pick<RequestRecord, 'request' | 'texts'>): MeantPurge | undefined {
  return request.operation === 'purge:apply' && act !== undefined ? meantPurge(act) : undefined;
}

/** Finds a proposal by its id or the beginning of one. Throws `NOT_FOUND`, also for a request of another kind; `AMBIGUOUS`. */
export function findProposal(
  loaded: LoadedRequests,
  name: string,
): { readonly record: RequestRecord; readonly meant: MeantPurge } {
  const record = findRequest(loaded, name);
  const meant = proposedPurge(record);
  if (meant !== undefined) return { record, meant };
  throw refused('NOT_FOUND', `${record.id} proposes no purge`, { request: record.id });
}

/** Lays out a proposal for whoever has to agree: what would be destroyed, who did agree, and what comes next. */
export async function describeProposal(
  workspace: Workspace,
  loaded: LoadedRequests,
  id: RequestId,
): Promise<PurgeProposal> {
  const { bench } = loaded;
  const { record, meant } = findProposal(loaded, id);
  const { tombstone, rewriteGit } = meant;
  const judged = judgeRequest(bench, record);
  const known = [...(await readTombstones(workspace, bench.view)).records.values()];
  const hidden = known.find((one) => one.id === tombstone);
  const told = summariseRequest(judged);
  const lasts = judged.status === 'open' || judged.status === 'approved';
  return {
    request: id,
    status: judged.status,
    tombstone,
    rewriteGit,
    reasonCode: hidden?.declaration.reasonCode ?? null,
    redacted: hidden === undefined || hidden.texts === 'redacted' ? null : hidden.texts.reason,
    paths: hidden === undefined || hidden.texts === 'redacted' ? [] : hidden.texts.paths,
    resources: record.request.resources,
    states: lasts && hidden !== undefined ? await countStates(workspace, hidden) : 0,
    principal: told.principal,
    via: agentNames(record.credential.chain),
    reason: told.reason,
    at: told.at,
    expires: told.expires,
    approvals: told.answers
      .filter(({ verdict }) => verdict === 'approve')
      .map(({ principal, at, reason }) => ({ principal, at, reason })),
    ...progressOf(loaded, judged),
    ...(lasts ? nextStep(judged, decideRequest(bench, record)) : { next: null, why: null }),
  };
}

async function countStates(workspace: Workspace, hidden: TombstoneRecord): Promise<number> {
  return new Set((await findTombstonePlaces(workspace, hidden)).map(({ state }) => state)).size;
}

function progressOf(
  { bench }: LoadedRequests,
  { record }: JudgedRequest,
): Pick<PurgeProposal, 'quorum' | 'people' | 'excluded' | 'wait' | 'earliest'> {
  const { operation, resources, granting } = record.request;
  const { view, now } = bench;
  const agreement = agreementOf(bench, { authority: view, now }, record);
  const asked = { operation, resources, granting, authority: view, now };
  const progress = consentProgress(asked, record.credential.chain, agreement);
  if (progress === null) return { quorum: null, people: [], excluded: [], wait: null, earliest: null };
  return { ...progress, wait: progress.wait === 0 ? null : progress.wait };
}

/** Where people agreed and the time is over, it can be applied; else what the decision says. */
function nextStep({ record }: JudgedRequest, decision: Decision): Pick<PurgeProposal, 'next' | 'why'> {
  if (decision.kind === 'deny') {
    const [fix] = decision.denial.fixes;
    return fix === undefined ? { next: null, why: decision.denial.why } : { next: { ...fix }, why: null };
  }
  const { actor, resources } = record.request;
  const next: FixResult = {
    argv: ['heddle', 'purge', 'apply', record.id, '--yes'],
    who: [actor.principal],
    needs: { role: 'owner', at: resources[0] ?? '' },
    why: 'destroys it, for good; any owner may, whose own agreement counts with those given',
  };
  return { next, why: null };
}
