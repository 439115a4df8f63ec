import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import type { Hasher } from '#domain/hash.ts';
import {
  formatDigest,
  parseDigest,
  parseId,
  type AuthorityId,
  type Digest,
  type TombstoneId,
} from '#domain/id.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import { readSalt } from '#domain/state/texts.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/*
 * A receipt says what one replica did about a purge. Canonical JSON:
 *
 *   {"at","holder","outcome","purge","replica","repo","texts","tombstone","type":"receipt","v":1}
 *
 * It has no id: it is named by the digest of the hash of kind "receipt" of these bytes, which is also what its
 * attestation signs, by the replica's own key. Its sidecar, canonical JSON too:
 *
 *   {"places","salt","type":"receipt-texts","v":1}
 */

/** `complete`: nothing that heddle can see here holds the content any more. Closed and append-only. */
export const PURGE_OUTCOMES = ['complete', 'incomplete'] as const;
export type PurgeOutcome = (typeof PURGE_OUTCOMES)[number];

/** One replica's signed word of what a purge left. */
export interface Receipt {
  readonly repo: AuthorityId;
  readonly tombstone: TombstoneId;
  /** Digest of the purge that it answers. */
  readonly purge: Digest;
  readonly replica: Digest;
  /** The replica's public key. */
  readonly holder: PublicKeyHex;
  readonly at: Instant;
  readonly outcome: PurgeOutcome;
  readonly texts: Digest;
}

/** The sidecar of a receipt. No tombstone of this version covers one. */
export interface ReceiptTexts {
  readonly salt: string;
  /**
   * Where the content still stands, escaped. Those that begin with {@link FORMER_IDS} hold none of it; there are no others
   * where the outcome is `complete`.
   */
  readonly places: readonly string[];
}

/** Begins a place where the ids of rewritten commits stand: whoever has all else of one can test a guess with it. */
export const FORMER_IDS = 'commit-ids ';

const LARGEST_RECEIPT = 16 * 1024;
const LARGEST_TEXTS = 32 * 1024 * 1024;
const MOST_PLACES = 100_000;
const LONGEST_PLACE = 16_384;

/** Encodes a receipt. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  return encodeCanonical({
    type: 'receipt',
    v: 1,
    repo: receipt.repo,
    tombstone: receipt.tombstone,
    purge: receipt.purge,
    replica: receipt.replica,
    holder: receipt.holder,
    at: receipt.at,
    outcome: receipt.outcome,
    texts: receipt.texts,
  });
}

/** The digest that names a receipt, from its canonical bytes. */
export function receiptDigest(hasher: Hasher, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash('receipt', bytes));
}

/** Decodes a receipt strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  const reader = new JsonReader(decodeCanonical(bytes, 'receipt', LARGEST_RECEIPT), 'receipt');
  reader.version('receipt', 1);
  const receipt: Receipt = {
    repo: parseId('hg', reader.string('repo')),
    tombstone: parseId('hr', reader.string('tombstone')),
    purge: parseDigest(reader.string('purge')),
    replica: parseDigest(reader.string('replica')),
    holder: readPublicKey(reader, 'holder'),
    at: parseInstant(reader.string('at')),
    outcome: reader.oneOf('outcome', PURGE_OUTCOMES),
    texts: parseDigest(reader.string('texts')),
  };
  reader.end();
  return receipt;
}

/** Encodes the sidecar. */
export function encodeReceiptTexts({ salt, places }: ReceiptTexts): Uint8Array {
  return encodeCanonical({ type: 'receipt-texts', v: 1, salt, places: [...places] });
}

/** Decodes the sidecar strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. */
export function decodeReceiptTexts(bytes: Uint8Array): ReceiptTexts {
  const what = 'receipt texts';
  const reader = new JsonReader(decodeCanonical(bytes, what, LARGEST_TEXTS), what);
  reader.version('receipt-texts', 1);
  const texts: ReceiptTexts = {
    salt: readSalt(reader),
    places: reader.strings('places', MOST_PLACES, LONGEST_PLACE),
  };
  reader.end();
  return texts;
}
