import { chainClaimProblem } from '#domain/token/chain-claim.ts';
import { parseHex } from '#domain/encoding/bytes.ts';
import { formatDigest } from '#domain/id.ts';
import { operationSigningHash } from '#domain/operation/operation-codec.ts';
import type { OperationLine } from '#domain/operation/operation.ts';
import { parseSignature } from '#domain/state/state-codec.ts';
import type { PublicKeyHex, TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Who signed a line of a log, as far as keys can tell. */
export type LineSigner =
  | { readonly kind: 'chain'; readonly chain: TokenChain; readonly sealed: Uint8Array }
  /** The clone's own key: the caller had no credential that could be believed. */
  | { readonly kind: 'replica' }
  | { readonly kind: 'refused'; readonly why: string };

/** What verifying a line needs; the chains may lie elsewhere than beside this clone's own log. */
type SignerReader = Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'> & {
  readonly log: Pick<Workspace['log'], 'readChain'>;
};

/**
 * Verifies a line's signature: by the key that its chain is bound to, from one of these root keys and for the
 * actor that it names, or by its replica's own key. Says nothing about what the line was allowed to do.
 */
export async function verifyLineSigner(
  workspace: SignerReader,
  line: OperationLine,
  roots: readonly PublicKeyHex[],
): Promise<LineSigner> {
  const { sig, ...unsigned } = line;
  const hash = operationSigningHash(workspace.hasher, unsigned);
  if (!workspace.verifySignature('operation', hash, parseSignature(sig), line.holder)) {
    return refused('its signature does not verify');
  }
  return line.chain === null ? replicaSigner(workspace, line) : chainSigner(workspace, line, roots);
}

function refused(why: string): LineSigner {
  return { kind: 'refused', why };
}

/** A line without a chain is signed by the key whose hash is the replica's id. */
function replicaSigner(workspace: SignerReader, line: OperationLine): LineSigner {
  const key = parseHex(line.holder);
  const replica = key === undefined ? undefined : formatDigest(workspace.hasher.hash('replica', key));
  return replica === line.replica
    ? { kind: 'replica' }
    : refused("it is signed by neither a holder nor its replica's key");
}

async function chainSigner(
  workspace: SignerReader,
  line: OperationLine,
  roots: readonly PublicKeyHex[],
): Promise<LineSigner> {
  const sealed = line.chain === null ? undefined : await workspace.log.readChain(line.chain);
  if (sealed === undefined) return refused('its token chain is missing');
  const presented = workspace.tokens.read(sealed, roots);
  if (presented.kind !== 'chain') return refused(`its token chain is refused: ${presented.why}`);
  const { chain } = presented;
  const why = chainClaimProblem(workspace.hasher, chain, line);
  return why === undefined ? { kind: 'chain', chain, sealed } : refused(why);
}
