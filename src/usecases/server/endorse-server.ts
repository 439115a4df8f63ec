import { HeddleError } from '#domain/error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { endorseClone } from '#usecases/removal/publish-receipt.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { NO_CHANGE, publish } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';

/**
 * Has whoever runs this endorse the server's own key, as anybody does with a clone of theirs: what the server signs is
 * believed from then on, and what waited for that is signed. False, and nothing written, where nobody here has a
 * credential that counts. The repository lock must be held.
 */
export async function endorseServer(server: Workspace): Promise<boolean> {
  const authority = await loadAuthority(server);
  const { view } = authority;
  const replica = await server.replica();
  const now = server.clock.now();
  const batch = server.writer.batch();
  let endorsed;
  try {
    endorsed = await endorseClone(server, { authority, replica, now }, batch);
  } catch (error) {
    // A credential that has ended, or one for elsewhere.
    if (!(error instanceof HeddleError) || error.code !== 'AUTHORITY_INVALID') throw error;
    return false;
  }
  if (endorsed === 'impossible') return false;
  if (endorsed !== null) {
    const caller = await identifyCaller(server, view);
    await publish(
      server,
      { repo: view.genesis, caller, replica, now },
      {
        op: 'posture',
        verdict: { verdict: 'allow', stage: null, code: null },
        policy: view.head,
        states: [],
        texts: {
          ...NO_CHANGE,
          resource: view.repository,
          args: { operationId: null, verb: { server: 'endorsed' } },
          refs: [endorsed],
          result: null,
        },
        verify: [],
        batch,
      },
    );
  }
  await recover(server);
  return true;
}
