import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { isAlive, type ProcessIdentity } from '#platform/process-identity.ts';
import { guardIo, readBounded, unlessMissing } from '#storage/durable-file.ts';

/*
 * A lock file, canonical JSON: {"boot","nonce","pid","place","since","started","type":"lock","v":1}.
 * It is linked into place complete, never written in place.
 */

const LARGEST = 2048;
const NONCE = /^[0-9a-f]{32}$/;

/** Who holds a lock or a claim. */
export interface LockHolder extends ProcessIdentity {
  /** Of one acquisition: never used twice, not even by the same process. */
  readonly nonce: string;
  readonly since: Instant;
}

/** A lock file as it was read. */
export interface FoundLock {
  /** Of the holder; where the file cannot be read, made from its bytes. */
  readonly nonce: string;
  /** Undefined where the file cannot be read. */
  readonly holder: LockHolder | undefined;
}

/** Encodes a holder. */
export function encodeHolder(holder: LockHolder): Uint8Array {
  const { boot, nonce, pid, place, since, started } = holder;
  return encodeCanonical({ type: 'lock', v: 1, boot, nonce, pid, place, since, started });
}

/**
 * Reads a lock file; undefined where there is none. Throws `FORMAT_UNKNOWN` for one of a later version,
 * whose holder this program cannot judge.
 */
export function readLock(path: string): FoundLock | undefined {
  const bytes = readBounded(path, LARGEST);
  if (bytes === undefined) return undefined;
  try {
    const holder = decodeHolder(bytes);
    return { nonce: holder.nonce, holder };
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'FORMAT_INVALID') throw error;
    return { nonce: nonceOfUnreadable(path, bytes), holder: undefined };
  }
}

/**
 * Tells whether a holder is gone for certain. Nobody sees a lock file incomplete while its holder lives, so
 * one that cannot be read was lost with the machine.
 */
export function isGone(found: FoundLock): boolean {
  return found.holder === undefined || !isAlive(found.holder);
}

/** Files that cannot be read are told apart by their place on disk: two empty ones are not one holder. */
function nonceOfUnreadable(path: string, bytes: Uint8Array): string {
  const stat = guardIo(path, () => unlessMissing(() => lstatSync(path, { bigint: true })));
  const place = `${stat?.ino ?? 0}:${stat?.mtimeNs ?? 0}:`;
  return createHash('sha256').update(place).update(bytes).digest('hex').slice(0, 32);
}

function decodeHolder(bytes: Uint8Array): LockHolder {
  const reader = new JsonReader(decodeCanonical(bytes, 'lock', LARGEST), 'lock');
  reader.version('lock', 1);
  const holder: LockHolder = {
    boot: reader.string('boot', 200),
    nonce: reader.string('nonce', 32),
    pid: reader.integer('pid'),
    place: reader.string('place', 400),
    since: parseInstant(reader.string('since')),
    started: reader.string('started', 100),
  };
  reader.end();
  if (!NONCE.test(holder.nonce)) throw reader.invalid('has no proper nonce');
  return holder;
}
