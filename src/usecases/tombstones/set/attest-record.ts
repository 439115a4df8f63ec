import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { parseHex } from '#domain/encoding/bytes.ts';
import { formatDigest, type Digest, type TombstoneId } from '#domain/id.ts';
import type { RemovalAct } from '#domain/removal/act-codec.ts';
import type { ReceiptRecord } from '#domain/removal/tombstone-set.ts';
import type { Attestation } from '#domain/state/state.ts';
import { chainClaimProblem } from '#domain/token/chain-claim.ts';
import type { TokenChain } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import { isAttested } from '#usecases/signed-sets/signed-record.ts';

type Verifier = Pick<Workspace, 'hasher' | 'verifySignature' | 'tokens'>;

/** A record of a set that a principal or an agent signed under a token. */
export interface SignedRecord {
  readonly kind: 'tombstone' | 'lift' | 'purge';
  readonly id: TombstoneId | Digest;
  readonly record: Pick<RemovalAct, 'repo' | 'actor' | 'holder' | 'chain'>;
  readonly attestation: Attestation;
  /** The sealed chain's bytes. */
  readonly chain: Uint8Array;
}

/**
 * What is wrong with a record's signature: it is by the record's holder, over its id, under a chain from a
 * registered root key whose last block binds that holder. Undefined where nothing is. Says nothing about whether
 * the chain allowed the record; only that lifts and purges come from no agent and no narrowed token.
 */
export function recordProblem(
  verifier: Verifier,
  signed: SignedRecord,
  view: AuthorityView,
): string | undefined {
  const { kind, id, record, attestation } = signed;
  if (record.repo !== view.genesis) return FOREIGN;
  if (!isAttested(verifier, kind, { id, holder: record.holder, attestation }))
    return 'its signature does not verify';
  const chain = readChain(verifier, signed, view);
  if (chain === undefined) return 'its token chain is missing or not from a registered root key';
  // The floor: what brings back or destroys is signed in person, or it is no such record.
  if (kind !== 'tombstone' && chain.blocks.length > 1) return 'its token chain is delegated or attenuated';
  return chainClaimProblem(verifier.hasher, chain, record);
}

const FOREIGN = 'it belongs to another repository';

/** The chain that a record was made under; undefined where no registered root key signed it. */
export function readChain(
  verifier: Pick<Verifier, 'tokens'>,
  { chain }: Pick<SignedRecord, 'chain'>,
  view: AuthorityView,
): TokenChain | undefined {
  const presented = verifier.tokens.read(chain, rootKeys(view));
  return presented.kind === 'chain' ? presented.chain : undefined;
}

/** The same for a receipt, which a replica signs with the key that the authority chain endorses. */
export function receiptProblem(
  verifier: Verifier,
  { id, receipt, attestation }: ReceiptRecord,
  view: AuthorityView,
): string | undefined {
  if (receipt.repo !== view.genesis) return FOREIGN;
  const { holder, replica } = receipt;
  if (!isAttested(verifier, 'receipt', { id, holder, attestation })) return 'its signature does not verify';
  const key = parseHex(holder);
  const named = key === undefined ? undefined : formatDigest(verifier.hasher.hash('replica', key));
  const endorsed = view.replicas.some((known) => known.replica === replica && known.key === holder);
  return named === replica && endorsed ? undefined : 'no principal endorsed the replica that signed it';
}
