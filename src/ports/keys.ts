import type { HashKind } from '#domain/hash.ts';
import type { AuthorityId, Digest } from '#domain/id.ts';
import type { PrincipalKeys } from '#domain/authority/authority.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/** An Ed25519 private key that never leaves its adapter. */
export interface Signer {
  readonly publicKey: PublicKeyHex;
  /** Signs `"heddle/<kind>/v1" ‖ 0x00 ‖ hash`; 64 bytes. */
  sign(kind: HashKind, hash: Uint8Array): Uint8Array;
}

/** Verifies strictly (no ZIP-215, no small-order key): false for anything that is not a good signature. */
export type VerifySignature = (
  kind: HashKind,
  hash: Uint8Array,
  signature: Uint8Array,
  publicKey: PublicKeyHex,
) => boolean;

/** Ed25519 on bare bytes, for formats with payloads of their own (tokens). Never for heddle's records. */
export interface RawEd25519 {
  /** `secret` is the 32-byte seed; returns 64 bytes. */
  signRaw(secret: Uint8Array, message: Uint8Array): Uint8Array;
  /** Strict; false for anything that is not a good signature, malformed and small-order keys included. */
  verifyRaw(publicKey: PublicKeyHex, message: Uint8Array, signature: Uint8Array): boolean;
  /** A new pair from the system's randomness; `secret` is the 32-byte seed. */
  generateKey(): HolderKey;
  /** Whether a key is well-formed, canonical and not of small order. */
  isAcceptableKey(publicKey: PublicKeyHex): boolean;
}

/** A root key, unlocked in this process. It signs authority blocks and nothing else. */
export interface RootKey {
  readonly principal: string;
  readonly publicKey: PublicKeyHex;
  /** Opaque to everybody but `tokens/`, which gets it from `crypto/` by way of the context. */
  readonly secret: Uint8Array;
}

/** A holder's key pair as a credential file keeps it. */
export interface HolderKey {
  readonly publicKey: PublicKeyHex;
  readonly secret: Uint8Array;
}

export type Passphrase =
  /** `--no-passphrase`: the explicit choice of an unencrypted key. */
  { readonly kind: 'none' } | { readonly kind: 'secret'; readonly value: Uint8Array };

/** A principal's keys, usable in this process. */
export interface UnlockedKeys {
  readonly root: RootKey;
  readonly record: Signer;
}

/** Keys of principals in this home. Files 0600 in 0700 directories, checked at every load. */
export interface PrincipalKeyStore {
  /** Principals with keys here, sorted. */
  list(): Promise<readonly (PrincipalKeys & { readonly principal: string; readonly encrypted: boolean })[]>;
  /** Makes root and record key; durable on return. Throws `OUTPUT_EXISTS` where the principal has keys. */
  create(principal: string, passphrase: Passphrase): Promise<PrincipalKeys>;
  /** Unlocks both. Throws `KEY_MISSING`, `KEY_FILE_MODE`, `KEY_FILE_INVALID`, `PASSPHRASE_WRONG`, `KEY_LOCKED`. */
  unlock(principal: string, passphrase: Passphrase): Promise<UnlockedKeys>;
  /** Keys beside the current ones: prepared, or replaced once and still registered somewhere. */
  spares(principal: string): Promise<readonly (PrincipalKeys & { readonly encrypted: boolean })[]>;
  /**
   * Makes spare keys, for a rotation in a repository where one is named by its genesis. Durable on return; nothing uses
   * them before {@link promote}.
   */
  prepare(principal: string, passphrase: Passphrase, repo: AuthorityId | null): Promise<PrincipalKeys>;
  /** Root keys that were prepared for this repository and not promoted: a rotation there may wait for its end. */
  prepared(repo: AuthorityId): Promise<readonly PublicKeyHex[]>;
  /** The same as `unlock`, of spare keys by their root. */
  unlockSpare(principal: string, root: PublicKeyHex, passphrase: Passphrase): Promise<UnlockedKeys>;
  /** Makes spare keys the current ones; those stay as spare. Durable on return; twice is once. Throws `KEY_MISSING`. */
  promote(principal: string, root: PublicKeyHex): Promise<void>;
}

/** What a `.hcred` file holds; the file is checked against itself at every load. */
export interface Credential {
  readonly token: Uint8Array;
  readonly holder: HolderKey;
  readonly provenance: { readonly madeAt: string; readonly madeBy: string };
}

/** Somewhere for a secret to go that keeps nothing of it. */
export interface SecretChannel {
  /** Throws `IO_FAILED`. */
  write(text: string): Promise<void>;
}

export interface CredentialStore {
  /** A file's, or an inherited descriptor's, `fd:N`. Throws `NOT_FOUND`, `CREDENTIAL_FILE_MODE`, `CREDENTIAL_FILE_INVALID`. */
  read(path: string): Promise<Credential>;
  /** Reads a credential file's bytes that came by another way than a file. Throws `CREDENTIAL_FILE_INVALID`. */
  parse(bytes: Uint8Array): Credential;
  /** Throws `OUTPUT_EXISTS` where something is at the path already. Changes nothing. */
  assertFree(path: string): Promise<void>;
  /** The text of a credential file, a secret: for whoever asked for it outside of a file. */
  format(credential: Credential): string;
  /** Durable on return, 0600, never overwrites: throws `OUTPUT_EXISTS`. */
  write(path: string, credential: Credential): Promise<void>;
  /** The device's own session for a principal, or undefined. */
  readSession(principal: string): Promise<Credential | undefined>;
  /** Replaces the device's session; durable on return. */
  writeSession(principal: string, credential: Credential): Promise<void>;
}

/** This clone's own identity, kept outside the repository. */
export interface ReplicaIdentity {
  readonly replica: Digest;
  readonly signer: Signer;
  /**
   * A digest keyed with this clone's secret: it tells nothing to whoever lacks the secret, and never travels.
   * Hash of the kind over secret ‖ bytes.
   */
  readonly keyed: (
    kind:
      | 'shun'
      | 'index'
      | 'run'
      | 'undertaking'
      | 'landing'
      | 'thread'
      | 'rewrite'
      | 'verified'
      | 'verdict'
      | 'lines'
      | 'secret',
    bytes: Uint8Array,
  ) => Digest;
}

export interface ReplicaStore {
  /** The identity bound to this clone, made where there is none (a copied clone gets a new one). Durable. */
  open(clone: { readonly cloneId: string; readonly path: string }): Promise<ReplicaIdentity>;
  /** The same where there is one; undefined where this home never changed anything in the clone. Makes nothing. */
  find(clone: { readonly cloneId: string; readonly path: string }): Promise<ReplicaIdentity | undefined>;
}
