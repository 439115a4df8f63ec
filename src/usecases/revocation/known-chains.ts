import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Digest } from '#domain/id.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { everyOperation } from '#usecases/segments/published-operations.ts';
import { readLoggedChain } from '#usecases/transaction/logged-chain.ts';

/** A chain of a registered root key, with its token. */
export interface KnownChain {
  readonly chain: TokenChain;
  readonly token: Uint8Array;
}

/** The first chain that was used in this clone, or in one whose log is here, and is the one looked for, newest line first. */
export async function findKnownChain(
  workspace: Workspace,
  view: AuthorityView,
  wanted: (chain: TokenChain) => boolean,
): Promise<KnownChain | undefined> {
  const roots = rootKeys(view);
  const looked = new Set<Digest>();
  for await (const { line } of everyOperation(workspace)) {
    if (line.chain === null || looked.has(line.chain)) continue;
    looked.add(line.chain);
    const found = await readLoggedChain(workspace, line.chain, roots);
    if (found !== undefined && wanted(found.chain)) return { chain: found.chain, token: found.sealed };
  }
  return undefined;
}
