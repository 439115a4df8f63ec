import { DeniedError } from '#domain/decision/denied-error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { decide } from '#usecases/transaction/mutate.ts';

/**
 * Where a secret stands tells whoever guesses that it is there. Throws {@link DeniedError} below reader.
 *
 * @param resources where it stood; the whole repository where left out.
 */
export async function requireReader(workspace: Workspace, resources?: readonly string[]): Promise<void> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  const ask = { operation: 'state:read', resources: resources ?? [authority.view.repository] } as const;
  const decision = await decide(workspace, ground, ask);
  if (decision.kind === 'allow') return;
  throw new DeniedError({ denial: decision.denial, id: null, preserved: 'nothing was looked for' });
}
