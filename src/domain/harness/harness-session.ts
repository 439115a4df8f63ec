import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import { parseInstant, type Instant } from '#domain/time.ts';

/*
 * What a session of a harness was given, in the home and never in a tree:
 *
 *   {"block","expires","given","type":"harness-session","v":1}
 */

/** The token that a session works with. */
export interface HarnessSession {
  /** Revocation id of the token's last block. */
  readonly block: string;
  readonly expires: Instant;
  /** Keyed: what it was made from, and how that was narrowed. */
  readonly given: Digest;
}

const LARGEST = 4096;
const LONGEST_BLOCK = 128;

/** The bytes of the record. */
export function encodeHarnessSession(session: HarnessSession): Uint8Array {
  return encodeCanonical({ type: 'harness-session', v: 1, ...session });
}

/** Reads a record strictly; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeHarnessSession(bytes: Uint8Array): HarnessSession {
  const reader = new JsonReader(decodeCanonical(bytes, 'harness-session', LARGEST), 'harness-session');
  reader.version('harness-session', 1);
  const session: HarnessSession = {
    block: reader.string('block', LONGEST_BLOCK),
    expires: parseInstant(reader.string('expires')),
    given: parseDigest(reader.string('given')),
  };
  reader.end();
  return session;
}
