import { guardOf } from '#domain/decision/gates/guard.ts';
import type { TombstoneId } from '#domain/id.ts';
import { purgeAct } from '#domain/request/guarded-purge.ts';
import type { PurgeProposeResult } from '#domain/results/removal/proposal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { purgeResources } from '#usecases/removal/meant/asked-purge.ts';
import { blindAsk, findMeant } from '#usecases/removal/meant/find-meant.ts';
import { gatherConcerned } from '#usecases/removal/places/concerned.ts';
import { findTombstonePlaces } from '#usecases/removal/places/tombstone-places.ts';
import { recordWish } from '#usecases/requests/make-request.ts';
import { loadRequests } from '#usecases/requests/open-requests.ts';
import { canonical, type Wanted } from '#usecases/requests/wanted-act.ts';
import type { Mutated } from '#usecases/transaction/mutate.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { describeProposal } from './describe-proposal.ts';

export interface ProposeOptions {
  /** A tombstone's id, the beginning of one, or a path that one covers. */
  readonly name: string;
  readonly reason: string | null;
  /** Whether Git's own history is to be rewritten, too. */
  readonly rewriteGit: boolean;
  /** Milliseconds; null for the usual. */
  readonly ttl: number | null;
}

type Proposed = Omit<PurgeProposeResult, 'operation'>;

/**
 * Asks the others who must agree to a purge, and starts the clock: a request for exactly this purge, under the policies
 * and owners of now. Whoever lacks more than their consent is refused as by `purge`. Does nothing where nobody has to
 * agree, or it was proposed already. Throws what `purge` does for what is named, `REQUEST_LIMIT`.
 */
export async function proposePurge(
  workspace: Workspace,
  { name, reason, ttl, rewriteGit }: ProposeOptions,
): Promise<Mutated<Proposed>> {
  let meant: TombstoneId | undefined;
  const done = await recordWish(workspace, {
    args: { purge: name, rewriteGit, reason, ttl },
    reason,
    ttl,
    onlyGuarded: true,
    blind: blindAsk,
    wanted: async (ground) => {
      const wanted = await wantedPurge(workspace, ground, { name, rewriteGit });
      meant = wanted.tombstone;
      return wanted;
    },
  });
  const { request } = done.result;
  if (request === null) {
    const fix = ['heddle', 'purge', meant ?? name, ...(rewriteGit ? ['--rewrite-git'] : [])];
    return { ...done, result: { created: false, proposal: null, fix } };
  }
  const { view } = await loadAuthority(workspace);
  const loaded = await loadRequests(workspace, { view, now: workspace.clock.now() });
  const proposal = await describeProposal(workspace, loaded, request);
  return { ...done, result: { created: done.result.created, proposal, fix: null } };
}

async function wantedPurge(
  workspace: Workspace,
  { authority }: Ground,
  { name, rewriteGit }: Pick<ProposeOptions, 'name' | 'rewriteGit'>,
): Promise<Wanted & { readonly tombstone: TombstoneId }> {
  const { view } = authority;
  const record = await findMeant(workspace, authority, name);
  const places = await findTombstonePlaces(workspace, record);
  const found = await gatherConcerned(workspace, view.repository, places);
  const concerned = purgeResources(found, view.repository, { rewriteGit });
  const guard = guardOf({ operation: 'purge:apply', resources: concerned, authority: view });
  const asked = { operation: 'purge:apply', resources: guard?.resources ?? concerned, own: false } as const;
  const act = purgeAct(workspace.hasher, view, { tombstone: record.id, rewriteGit });
  return { ...canonical({ ...asked, granting: null }), code: null, act, tombstone: record.id };
}
