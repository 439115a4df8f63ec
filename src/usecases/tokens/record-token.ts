import type { Json } from '#domain/encoding/canonical-json.ts';
import type { OperationId } from '#domain/id.ts';
import type { TokenBlock } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority, tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { assertWithinPolicy } from '#usecases/policy/token-limits.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { NO_CHANGE, publish, publisherNow } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';

/**
 * Notes in the log that a token was made here, before it is handed out. Null outside a repository, and where heddle was not
 * initialised.
 * Making a narrower token asks for nothing: there is no decision to record. Throws `TOKEN_AGAINST_POLICY` for one
 * that could not be used here.
 */
export async function recordTokenMade(
  workspace: Workspace | null,
  op: 'token-mint' | 'token-attenuate',
  { args, blocks }: { readonly args: Json; readonly blocks: readonly TokenBlock[] },
): Promise<OperationId | null> {
  const here = workspace === null ? undefined : await tryLoadAuthority(workspace);
  if (workspace === null || here === undefined) return null;
  assertWithinPolicy(here.view, blocks);
  return workspace.lock.run(async () => {
    await recover(workspace);
    // Read again: somebody may have moved the chain before the lock was free.
    const authority = await knowAuthority(workspace);
    const caller = await identifyCaller(workspace, authority.view);
    const publisher = await publisherNow(workspace, authority.view.genesis, caller);
    const { id } = await publish(workspace, publisher, {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: authority.view.head,
      states: [],
      texts: {
        ...NO_CHANGE,
        resource: authority.view.repository,
        args: { operationId: null, verb: args },
        result: null,
      },
      verify: [],
      batch: null,
    });
    return id;
  });
}
