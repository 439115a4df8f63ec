import { rootKeys } from '#domain/authority/authority-view.ts';
import type { AuthorityView } from '#domain/authority/authority.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher, HashKind } from '#domain/hash.ts';
import { idBytes, type Digest, type RequestId } from '#domain/id.ts';
import type { StoredChain } from '#domain/record/stored-chain.ts';
import { decodeAttestation } from '#domain/state/attestation.ts';
import type { Attestation, AttestedSubject } from '#domain/state/state.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { chainClaimProblem, type ChainClaim } from '#domain/token/chain-claim.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { RecordFiles } from './set-files.ts';

/** A record of a set, and what it claims of who signed it. */
export interface Signed {
  readonly kind: 'request' | 'answer' | 'review' | 'import';
  readonly id: RequestId | Digest;
  readonly files: RecordFiles;
  readonly claim: ChainClaim;
}

/**
 * The attestation and the token chain beside a record: signed by its holder, over its id, under a chain from a
 * registered root key that binds that holder. Throws `FORMAT_INVALID`.
 */
export function attested(
  { tokens, hasher, verifySignature }: Pick<Workspace, 'tokens' | 'hasher' | 'verifySignature'>,
  view: AuthorityView,
  { kind, id, files, claim }: Signed,
): { readonly attestation: Attestation; readonly credential: StoredChain } {
  const attestation = decodeAttestation(fileOf(files, 'attestation.json'));
  if (!isAttested({ verifySignature }, kind, { id, holder: claim.holder, attestation }))
    throw invalidRecord('its signature does not verify');
  const bytes = fileOf(files, 'chain');
  const presented = tokens.read(bytes, rootKeys(view));
  if (presented.kind !== 'chain')
    throw invalidRecord('its token chain is missing or not from a registered root key');
  const why = chainClaimProblem(hasher, presented.chain, claim);
  if (why !== undefined) throw invalidRecord(why);
  return { attestation, credential: { chain: presented.chain, bytes } };
}

/** Tells whether an attestation is of a record, by its holder, over its id. */
export function isAttested(
  { verifySignature }: Pick<Workspace, 'verifySignature'>,
  kind: HashKind,
  {
    id,
    holder,
    attestation,
  }: {
    readonly id: AttestedSubject;
    readonly holder: PublicKeyHex;
    readonly attestation: Attestation;
  },
): boolean {
  return (
    attestation.subject === id &&
    attestation.holder === holder &&
    verifySignature(kind, idBytes(id), attestation.sig, holder)
  );
}

/** The sidecar beside a record is the one that it names. Throws `FORMAT_INVALID`. */
export function assertTexts(hasher: Hasher, files: RecordFiles, named: Digest): void {
  if (textsDigest(hasher, fileOf(files, 'texts.json')) === named) return;
  throw invalidRecord('its texts are not those that it names');
}

/** One file of a record. Throws `FORMAT_INVALID`. */
export function fileOf(files: RecordFiles, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw invalidRecord(`it lacks ${name}`);
  return bytes;
}

/** What cannot be decoded, or has something wrong with it, is told and left out. */
export function guarded<T>(problems: string[], decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** What is wrong with one record; a clause. */
export function invalidRecord(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', why);
}
