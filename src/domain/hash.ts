/**
 * Every hash is BLAKE3-256 over `"heddle/<kind>/v1" ‖ 0x00 ‖ bytes`: a value of one kind can never be
 * taken for one of another.
 */
export type HashKind =
  | 'state'
  | 'operation'
  | 'tombstone'
  | 'authority'
  | 'request'
  | 'answer'
  | 'consent'
  | 'review'
  | 'texts'
  | 'directory'
  | 'file'
  | 'name'
  | 'salt-name'
  | 'salt-content'
  | 'chain'
  | 'replica'
  | 'segment'
  | 'checkpoint'
  | 'lift'
  | 'purge'
  | 'receipt'
  | 'shun'
  | 'travelling'
  | 'index'
  | 'run'
  | 'undertaking'
  | 'trace'
  | 'import'
  | 'foreign'
  | 'claim'
  | 'landing'
  | 'rewrite'
  | 'verified'
  | 'verdict'
  | 'lines'
  | 'secret'
  | 'thread';

/** A hash that is fed in pieces, for content that need not be in memory at once. */
export interface StreamingHash {
  update(bytes: Uint8Array): void;
  /** Returns the 32 bytes; the hash may not be used afterwards. */
  digest(): Uint8Array;
}

/** Computes domain-separated BLAKE3-256 hashes. Pure; the implementation lives in `crypto/`. */
export interface Hasher {
  hash(kind: HashKind, ...parts: readonly Uint8Array[]): Uint8Array;
  stream(kind: HashKind): StreamingHash;
}

/** The bytes that are put before the hashed or signed ones. */
export function domainTag(kind: HashKind): string {
  return `heddle/${kind}/v1\0`;
}
