import { DeniedError } from '#domain/decision/denied-error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { decide } from '#usecases/transaction/mutate.ts';

/** Where a secret stands tells whoever guesses that it is there. Throws {@link DeniedError} below reader. */
export async function requireReader(workspace: Workspace): Promise<void> {
  const authority = await loadAuthority(workspace);
  const caller = await identifyCaller(workspace, authority.view);
  const ground = { authority, caller, now: workspace.clock.now() };
  const ask = { operation: 'state:read', resources: [authority.view.repository] } as const;
  const decision = await decide(workspace, ground, ask);
  if (decision.kind === 'allow') return;
  throw new DeniedError({ denial: decision.denial, id: null, preserved: 'nothing was looked for' });
}
