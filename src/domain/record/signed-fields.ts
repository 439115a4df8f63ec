import { encodeActor, readActor } from '#domain/actor/actor-codec.ts';
import type { Actor } from '#domain/actor/actor.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseDigest, parseId, type AuthorityId, type Digest } from '#domain/id.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** Who signs a record, where, when and under what: the same in every record that is made under a token. */
export interface Signing {
  /** The genesis of the repository that it belongs to. */
  readonly repo: AuthorityId;
  readonly actor: Actor;
  readonly holder: PublicKeyHex;
  /** Of the token chain beside it. */
  readonly chain: Digest;
  /** The authority head that it was made under. */
  readonly policy: AuthorityId;
  /** The signer's word. */
  readonly at: Instant;
}

/** The same with the sidecar that the record names. */
export interface SignedFields extends Signing {
  readonly texts: Digest;
}

/** These fields of a record as JSON. */
export function signedFieldsJson(record: SignedFields): { readonly [name: string]: Json } {
  const { repo, actor, holder, chain, policy, at, texts } = record;
  return { repo, actor: encodeActor(actor), holder, chain, policy, at, texts };
}

/** Reads these fields of a record; throws `FORMAT_INVALID`. */
export function readSignedFields(reader: JsonReader): SignedFields {
  return {
    repo: parseId('hg', reader.string('repo')),
    actor: readActor(reader.object('actor')),
    holder: readPublicKey(reader, 'holder'),
    chain: parseDigest(reader.string('chain')),
    policy: parseId('hg', reader.string('policy')),
    at: parseInstant(reader.string('at')),
    texts: parseDigest(reader.string('texts')),
  };
}
