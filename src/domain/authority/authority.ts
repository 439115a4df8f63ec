import type { AuthorityId, Digest, RequestId } from '#domain/id.ts';
import type { Policy, PolicyRules } from '#domain/policy/policy.ts';
import type { Role } from './role.ts';
import type { Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** The two registered keys of a principal. */
export interface PrincipalKeys {
  readonly root: PublicKeyHex;
  readonly record: PublicKeyHex;
}

/** What a record says; `kind` is the record's own. Resources are formatted text. */
export type AuthorityBody =
  | {
      readonly kind: 'genesis';
      /** The repository's resource path, such as `acme/core`. */
      readonly resource: string;
      readonly owners: readonly ({ readonly principal: string } & PrincipalKeys)[];
      /** 16 random bytes, base64url: two repositories never share a genesis id. */
      readonly nonce: string;
    }
  | {
      readonly kind: 'key';
      readonly action: 'add' | 'rotate';
      readonly principal: string;
      readonly keys: PrincipalKeys;
      /** Proof that both keys are possessed: see `key-proof.ts`. */
      readonly proof: KeyProof;
    }
  | {
      readonly kind: 'key';
      readonly action: 'revoke';
      readonly principal: string;
      readonly root: PublicKeyHex;
      readonly seen: readonly string[];
    }
  | {
      readonly kind: 'grant';
      readonly action: 'add';
      readonly principal: string;
      readonly role: Role;
      readonly resource: string;
      readonly until: Instant | null;
    }
  | {
      readonly kind: 'grant';
      readonly action: 'remove';
      readonly grant: AuthorityId;
      readonly seen: readonly string[];
    }
  | { readonly kind: 'replica'; readonly replica: Digest; readonly key: PublicKeyHex }
  | {
      readonly kind: 'revoke';
      readonly session: string | null;
      readonly block: string | null;
      readonly seen: readonly string[];
    }
  | {
      readonly kind: 'freeze';
      readonly seen: readonly string[];
      /** True of one that nobody waited with: by the role that a policy says, and always with a reason. */
      readonly breakGlass?: true;
    }
  | { readonly kind: 'unfreeze' }
  /** Replaces what stood at the resource; rules that ask nothing end it. */
  | { readonly kind: 'policy'; readonly resource: string; readonly rules: PolicyRules }
  /** Joins two chains that grew apart; of what either took away nothing comes back. */
  | { readonly kind: 'merge' };

/** A root key's proof is a sealed token that expired when it was made and whose holder is the record key. */
export interface KeyProof {
  /** Sealed token, base64url. */
  readonly rootProof: string;
  /** The record key's signature (kind "authority") over the hash of the proof's statement; base64url. */
  readonly recordProof: string;
}

/**
 * One signed record of the authority chain. `repo` is null in the genesis alone, whose id it is.
 * Its id is the hash of its canonical JSON, its signature stands beside it.
 */
export interface AuthorityRecord {
  readonly repo: AuthorityId | null;
  readonly seq: number;
  readonly prev: readonly AuthorityId[];
  readonly by: string;
  readonly holder: PublicKeyHex;
  /** Digest of the sealed token chain; null where a record key signs (genesis, own key changes). */
  readonly chain: Digest | null;
  readonly at: Instant;
  readonly body: AuthorityBody;
  readonly texts: Digest | null;
  /** Requests by which others agreed to what this record's operation did, sorted; left out where nobody had to. */
  readonly consents?: readonly RequestId[];
}

export interface Grant {
  readonly id: AuthorityId;
  readonly principal: string;
  readonly role: Role;
  readonly resource: string;
  readonly by: string;
  readonly since: Instant;
  readonly until: Instant | null;
}

export interface RegisteredPrincipal {
  readonly principal: string;
  readonly keys: PrincipalKeys;
  readonly since: Instant;
  readonly revoked: boolean;
}

/** A freeze in force. */
export type Freeze = {
  readonly by: string;
  readonly since: Instant;
  /** True where nobody waited with it: see {@link AuthorityBody}. */
  readonly breakGlass: boolean;
};

/** The authority chain folded up to `head`: what a decision is made on. */
export interface AuthorityView {
  readonly genesis: AuthorityId;
  readonly head: AuthorityId;
  readonly seq: number;
  /** Formatted resource of the repository. */
  readonly repository: string;
  readonly principals: readonly RegisteredPrincipal[];
  /** Active grants; the genesis's owners are grants of `owner` at the repository, with the genesis's id. */
  readonly grants: readonly Grant[];
  /** Everybody who was ever given the role of an owner, anywhere: acts of others that need it mean nothing. */
  readonly everOwners: readonly string[];
  readonly replicas: readonly { readonly replica: Digest; readonly key: PublicKeyHex; readonly by: string }[];
  readonly revokedSessions: readonly string[];
  readonly revokedBlocks: readonly string[];
  readonly frozen: Freeze | null;
  /** Requests that records were made by: consent is to one act, once, in whichever clone. */
  readonly consents: readonly RequestId[];
  /** In force; what several ask at one place adds up. Several stand at one resource where a fork was joined. */
  readonly policies: readonly Policy[];
}
