import { DeniedError } from '#domain/decision/denied-error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { decide } from '#usecases/transaction/mutate.ts';

const LOOKING = { operation: 'state:read', preserved: 'nothing was looked for' } as const;

/**
 * Where a secret stands tells whoever guesses that it is there, and an evidence leaves the repository. Throws
 * {@link DeniedError} below reader.
 *
 * @param resources what it is about; the whole repository where left out.
 */
export async function requireReader(
  workspace: Workspace,
  resources?: readonly string[],
  {
    operation,
    preserved,
  }: { readonly operation: 'state:read' | 'evidence:export'; readonly preserved: string } = LOOKING,
): Promise<void> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  const ask = { operation, resources: resources ?? [authority.view.repository] };
  const decision = await decide(workspace, ground, ask);
  if (decision.kind === 'allow') return;
  throw new DeniedError({ denial: decision.denial, id: null, preserved });
}
