import type {
  PurgeApproveResult,
  PurgeProposal,
  PurgeProposalsResult,
} from '#domain/results/removal/proposal-results.ts';
import type { DenyResult } from '#domain/results/request-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { approveRequest } from '#usecases/requests/approve.ts';
import { denyRequest } from '#usecases/requests/deny-request.ts';
import { judgeAll, loadRequests, type LoadedRequests } from '#usecases/requests/open-requests.ts';
import type { Mutated } from '#usecases/transaction/mutate.ts';
import { purge, type PurgeOptions } from '#usecases/removal/purge.ts';
import { describeProposal, findProposal, proposedPurge } from './describe-proposal.ts';

export interface ApproveProposalOptions {
  /** A proposal's id, or the beginning of one. */
  readonly name: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
  /** Shown what would be destroyed, and asked whether to agree. */
  readonly confirm: (proposal: PurgeProposal) => Promise<boolean>;
}

/**
 * Agrees to a purge, as it was proposed and no other. What would be destroyed is looked up anew and shown first. Throws
 * what {@link approveRequest} does, and `NOT_FOUND` for another kind of request.
 */
export async function approveProposal(
  workspace: Workspace,
  { name, reason, dryRun, confirm }: ApproveProposalOptions,
): Promise<Mutated<Omit<PurgeApproveResult, 'operation'>>> {
  const loaded = await load(workspace);
  const { record } = findProposal(loaded, name);
  const shown = await describeProposal(workspace, loaded, record.id);
  const done = await approveRequest(workspace, {
    name: record.id,
    reason,
    out: null,
    dryRun,
    resolvePath: (path) => path,
    confirm: () => confirm(shown),
  });
  const proposal = dryRun ? shown : await describeProposal(workspace, await load(workspace), record.id);
  return { ...done, result: { proposal, dryRun } };
}

/** Does what was proposed, by the consent to just this proposal. Throws what {@link purge} does. */
export async function applyProposal(
  workspace: Workspace,
  { name, ...how }: Pick<PurgeOptions, 'name' | 'confirm' | 'dryRun'>,
): ReturnType<typeof purge> {
  const { record, meant } = findProposal(await load(workspace), name);
  const { tombstone, rewriteGit } = meant;
  return purge(workspace, { ...how, name: tombstone, rewriteGit, consent: record.id });
}

/** Ends a proposal: one's own, or as somebody who might agree. Throws what {@link denyRequest} does. */
export async function cancelProposal(
  workspace: Workspace,
  { name, reason }: { readonly name: string; readonly reason: string | null },
): Promise<Mutated<Omit<DenyResult, 'operation'>>> {
  const { record } = findProposal(await load(workspace), name);
  return denyRequest(workspace, { name: record.id, reason: reason ?? 'cancelled' });
}

/** Lists proposals, the open ones first; those that ended, too, where asked. Reads only. */
export async function listProposals(
  workspace: Workspace,
  { all }: { readonly all: boolean },
): Promise<PurgeProposalsResult> {
  const loaded = await load(workspace);
  const shown = judgeAll(loaded)
    .filter(({ record }) => proposedPurge(record) !== undefined)
    .filter(
      ({ status, record }) => all || status === 'open' || lives(loaded, status, record.request.expires),
    );
  const proposals: PurgeProposal[] = [];
  for (const { record } of shown) proposals.push(await describeProposal(workspace, loaded, record.id));
  return { proposals, damaged: new Set(loaded.problems.map(({ subject }) => subject)).size };
}

/** What people agreed to waits for whoever does it, until it ends. */
function lives(
  { bench: { now } }: LoadedRequests,
  status: PurgeProposal['status'],
  expires: string,
): boolean {
  return status === 'approved' && now < expires;
}

async function load(workspace: Workspace): Promise<LoadedRequests> {
  const { view } = await knowAuthority(workspace);
  return loadRequests(workspace, { view, now: workspace.clock.now() });
}
