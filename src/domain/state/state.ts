import type { Actor, ActorSources } from '#domain/actor/actor.ts';
import type { AuthorityId, Digest, DirectoryId, RequestId, StateId, TombstoneId } from '#domain/id.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** `state.json`: what is hashed into the state id and signed. Depends on no Git object id. */
export interface State {
  readonly repo: AuthorityId;
  readonly thread: string;
  readonly parents: readonly StateId[];
  readonly tree: DirectoryId;
  readonly actor: Actor;
  readonly sources: ActorSources;
  readonly capturedAt: Instant;
  readonly holder: PublicKeyHex;
  readonly chain: Digest;
  readonly policy: AuthorityId;
  readonly texts: Digest;
}

/** `texts.json`, the sidecar. */
export interface StateTexts {
  readonly salt: string;
  readonly intent: string | null;
  readonly task: string | null;
  readonly evidence: readonly string[];
  /** Git commit that a first state started from, or that another one brings in; null for none. */
  readonly base: string | null;
}

/** What can be signed: a state, an authority record, a tombstone, a request; by its digest an act, a receipt, an answer. */
export type AttestedSubject = StateId | AuthorityId | TombstoneId | RequestId | Digest;

/** `attestation.json`: the signature beside a record. */
export interface Attestation {
  readonly subject: AttestedSubject;
  readonly holder: PublicKeyHex;
  /** 64 bytes. */
  readonly sig: Uint8Array;
}

export type AttestationStatus = 'verified' | 'unsigned' | 'invalid';
