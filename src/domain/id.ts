import { formatBase32, isBase32, parseBase32 } from './encoding/base32.ts';
import { HeddleError } from './error.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `hs-` and 52 base32 letters: the hash of a state's canonical `state.json`. */
export type StateId = Branded<'StateId'>;
/** `ho-`: the hash of an operation's whole log line. */
export type OperationId = Branded<'OperationId'>;
/** `hr-`: the hash of a tombstone's declaration. */
export type TombstoneId = Branded<'TombstoneId'>;
/** `hg-`: the hash of an authority record, the genesis included. */
export type AuthorityId = Branded<'AuthorityId'>;
/** `hq-`: the hash of a request. */
export type RequestId = Branded<'RequestId'>;
/** `ht-`: the hash of a directory of a manifest. */
export type DirectoryId = Branded<'DirectoryId'>;
/** A hash without a prefix: files, names, texts, chains, replicas. */
export type Digest = Branded<'Digest'>;

export interface IdTypes {
  readonly hs: StateId;
  readonly ho: OperationId;
  readonly hr: TombstoneId;
  readonly hg: AuthorityId;
  readonly hq: RequestId;
  readonly ht: DirectoryId;
}
export type IdPrefix = keyof IdTypes;

const HASH_BYTES = 32;
/** Letters that people need at least to name an id by its beginning. */
export const SHORTEST_PREFIX = 8;

/** Formats a 32-byte hash as an id. */
export function formatId<P extends IdPrefix>(prefix: P, hash: Uint8Array): IdTypes[P] {
  // The one place where an id is made from bytes.
  return `${prefix}-${formatBase32(hash)}` as IdTypes[P];
}

/** Formats a 32-byte hash as a bare digest. */
export function formatDigest(hash: Uint8Array): Digest {
  return formatBase32(hash) as Digest;
}

/** Parses a full id; throws `FORMAT_INVALID`. */
export function parseId<P extends IdPrefix>(prefix: P, text: string): IdTypes[P] {
  if (!text.startsWith(`${prefix}-`) || !isBase32(text.slice(3), HASH_BYTES)) {
    throw new HeddleError('FORMAT_INVALID', `not a full ${prefix}- id: ${text.slice(0, 80)}`);
  }
  return text as IdTypes[P];
}

/** Parses a bare digest; throws `FORMAT_INVALID`. */
export function parseDigest(text: string): Digest {
  if (!isBase32(text, HASH_BYTES)) {
    throw new HeddleError('FORMAT_INVALID', `not a digest: ${text.slice(0, 80)}`);
  }
  return text as Digest;
}

/** The 32 bytes behind an id or digest that was parsed or formatted here. */
export function idBytes(id: IdTypes[IdPrefix] | Digest): Uint8Array {
  const bytes = parseBase32(id.charAt(2) === '-' ? id.slice(3) : id);
  if (bytes === undefined) throw new HeddleError('FORMAT_INVALID', `not an id: ${id.slice(0, 80)}`);
  return bytes;
}

/** A short form for people: the prefix and the first letters. */
export function shortId(id: string, letters: number = SHORTEST_PREFIX): string {
  return id.charAt(2) === '-' ? id.slice(0, 3 + letters) : id.slice(0, letters);
}
