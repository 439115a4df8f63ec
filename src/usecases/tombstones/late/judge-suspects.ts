import type { AuthorityId } from '#domain/id.ts';
import type { Workspace } from '#ports/workspace.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority, type AuthorityHistory } from '#usecases/verify/verify-authority.ts';
import type { HeardOf, LateRecords, Suspect } from './suspect.ts';
import { countedRevocations, isHitBy, type Revocation } from './revocations.ts';
import { readToldRemovals, type ToldRemovals } from './told-removals.ts';

/** Which of some suspects are late. */
export async function judgeSuspects(
  workspace: Workspace,
  suspects: readonly Suspect[],
): Promise<LateRecords> {
  const history = await verifyAuthority(workspace, new VerifyReport());
  const accused = history === undefined ? [] : accusedBy(history, suspects);
  if (history === undefined || accused.length === 0) return { late: new Map(), isOpen: false };
  const told = await readToldRemovals(
    workspace,
    accused.map(({ by }) => by),
  );
  return judgeAccused(history, accused, told);
}

/**
 * Which of them their revocations make late, by what those who revoked had heard of. That one is late stays open where
 * lines are missing: whoever wrote them may tell that it was heard of.
 */
export function judgeAccused(
  history: Pick<AuthorityHistory, 'views'>,
  accused: readonly Accusation[],
  told: ToldRemovals,
): LateRecords {
  const late = new Map<string, AuthorityId>();
  let isOpen = false;
  for (const { by, hit } of accused) {
    const heard = told.get(by.id);
    for (const suspect of hit) {
      if (heard === undefined || suspect.isHeardOf(heard)) continue;
      if (heard.lacks) isOpen = true;
      if (isTold(history, heard, { by, suspect })) late.set(suspect.id, by.id);
    }
  }
  return { late, isOpen };
}

/** Revocations that count, each with what was made with something that it takes away, as if nobody knew of it. */
function accusedBy(history: AuthorityHistory, suspects: readonly Suspect[]): readonly Accusation[] {
  return countedRevocations(history).flatMap((by) => {
    const hit = suspects.filter((one) => isHitBy(history, by, one) && !history.knows(one.policy, by.id));
    return hit.length === 0 ? [] : [{ by, hit }];
  });
}

interface Accusation {
  readonly by: Revocation;
  readonly hit: readonly Suspect[];
}

/**
 * Whether the logs that would tell of it are here: those of whoever made it, and of the revocation's author. Where one is
 * missing it may be what nobody here knows a line of. Logs of others would say no more than that these had heard of it.
 */
function isTold(
  { views }: Pick<AuthorityHistory, 'views'>,
  { read, lacks }: HeardOf,
  { by, suspect }: { readonly by: Revocation; readonly suspect: Suspect },
): boolean {
  if (!lacks) return true;
  const [before] = by.prev;
  const view = before === undefined ? undefined : views.get(before);
  if (view === undefined) return false;
  const wanted = view.replicas.filter((one) => one.by === by.by || one.by === suspect.principal);
  return wanted.every(({ replica }) => read.has(replica));
}
