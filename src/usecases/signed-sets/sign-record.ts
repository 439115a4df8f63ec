import { invariant } from '#domain/error.ts';
import type { HashKind } from '#domain/hash.ts';
import type { AuthorityId } from '#domain/id.ts';
import type { SignedFields } from '#domain/record/signed-fields.ts';
import { encodeAttestation } from '#domain/state/attestation.ts';
import type { AttestedSubject } from '#domain/state/state.ts';
import { textsDigest } from '#domain/state/texts.ts';
import type { Instant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import type { Ground } from '#usecases/transaction/plan.ts';

/** Who makes records under a token, when, and under which head of the authority chain. */
export interface RecordAuthor {
  readonly repo: AuthorityId;
  readonly policy: AuthorityId;
  readonly caller: Caller;
  readonly now: Instant;
}

/** The caller of an operation as the author of its records. */
export function recordAuthor({
  authority: { view },
  caller,
  now,
}: Pick<Ground, 'authority' | 'caller' | 'now'>): RecordAuthor {
  return { repo: view.genesis, policy: view.head, caller, now };
}

/** What a record says of who signs it, with the sidecar that it names. */
export function signedFields(
  { hasher }: Pick<Workspace, 'hasher'>,
  { repo, policy, caller, now }: RecordAuthor,
  texts: Uint8Array,
): SignedFields {
  const { signer, sealed } = credentialOf(caller);
  return {
    repo,
    actor: caller.actor,
    holder: signer.publicKey,
    chain: sealed.digest,
    policy,
    at: now,
    texts: textsDigest(hasher, texts),
  };
}

/** A record that nobody signed yet. */
export interface Unsigned<Id extends AttestedSubject> {
  readonly kind: HashKind;
  readonly bytes: Uint8Array;
  readonly texts: Uint8Array;
  /** What it is named by, from its hash. */
  readonly nameOf: (hash: Uint8Array) => Id;
}

/** Signs a record. Beside its own file in a set stand its sidecar, its attestation and the sealed token chain. */
export function signRecord<Id extends AttestedSubject>(
  { hasher }: Pick<Workspace, 'hasher'>,
  { caller }: Pick<RecordAuthor, 'caller'>,
  { kind, bytes, texts, nameOf }: Unsigned<Id>,
): { readonly id: Id; readonly beside: Readonly<Record<string, Uint8Array>> } {
  const { signer, sealed } = credentialOf(caller);
  const hash = hasher.hash(kind, bytes);
  const id = nameOf(hash);
  const attestation = { subject: id, holder: signer.publicKey, sig: signer.sign(kind, hash) };
  return {
    id,
    beside: {
      'texts.json': texts,
      'attestation.json': encodeAttestation(attestation),
      chain: sealed.bytes,
    },
  };
}

function credentialOf({ signer, sealed }: Caller) {
  invariant(signer !== null && sealed !== null, 'an allowed caller has a credential');
  return { signer, sealed };
}
