import type { AuthorityView } from '#domain/authority/authority.ts';
import type { TombstoneId } from '#domain/id.ts';
import { purgeAct } from '#domain/request/guarded-purge.ts';
import { actText } from '#domain/request/intended-act.ts';
import { repositoryResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ask } from '#usecases/transaction/plan.ts';
import { concernedOrAll } from '#usecases/removal/lift.ts';
import type { Concerned } from '#usecases/removal/places/concerned.ts';

/** Where a purge is asked. Git's history is everybody's: whoever rewrites it owns the whole repository. */
export function purgeResources(
  concerned: Concerned,
  repository: string,
  { rewriteGit }: { readonly rewriteGit: boolean },
): readonly string[] {
  const resources = concernedOrAll(concerned, repository);
  const whole = repositoryResource(repository);
  return rewriteGit && !resources.includes(whole) ? [...resources, whole] : resources;
}

/** A purge as a decision sees it, before it is done. */
export function purgeAsk(
  { hasher }: Pick<Workspace, 'hasher'>,
  view: AuthorityView,
  {
    id,
    rewriteGit,
    resources,
  }: { readonly id: TombstoneId; readonly rewriteGit: boolean; readonly resources: readonly string[] },
): Ask {
  const purge = { tombstone: id, rewriteGit };
  const act = { kind: 'exact', act: actText(purgeAct(hasher, view, purge)), purge } as const;
  return { operation: 'purge:apply', resources, act };
}
