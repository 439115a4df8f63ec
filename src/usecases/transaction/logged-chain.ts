import type { Digest } from '#domain/id.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';

/** A token chain as a log keeps it: read, and its sealed bytes. */
export interface LoggedChain {
  readonly chain: TokenChain;
  readonly sealed: Uint8Array;
}

/**
 * Reads the chain that a line names; undefined where it is missing, or is not from one of these root keys. Whether the
 * line is its holder's is for `verifyLineSigner`.
 */
export async function readLoggedChain(
  { log, tokens }: Pick<Workspace, 'log' | 'tokens'>,
  digest: Digest,
  roots: readonly PublicKeyHex[],
): Promise<LoggedChain | undefined> {
  const sealed = await log.readChain(digest);
  const presented = sealed === undefined ? undefined : tokens.read(sealed, roots);
  if (sealed === undefined || presented?.kind !== 'chain') return undefined;
  return { chain: presented.chain, sealed };
}
