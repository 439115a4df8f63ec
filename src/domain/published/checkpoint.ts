import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import type { Hasher } from '#domain/hash.ts';
import {
  formatDigest,
  parseDigest,
  parseId,
  type AuthorityId,
  type Digest,
  type OperationId,
} from '#domain/id.ts';
import { parseInstant, type Instant } from '#domain/time.ts';
import { readPublicKey } from '#domain/token/public-key.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';

/*
 * checkpoint.json, canonical JSON:
 *
 *   {"at","first","key","last","number","prev","replica","repo","root","sig","size","type":"checkpoint","v":1}
 *
 * `sig` signs the hash of kind "checkpoint" of it without the field `sig`; its id is the hash of the same kind of all.
 */

/** What a replica signs about a segment of its log that it closed. */
export interface Checkpoint {
  readonly repo: AuthorityId;
  readonly replica: Digest;
  /** The replica's public key, whose hash its id is. */
  readonly key: PublicKeyHex;
  /** Of the segment, from 0 without gaps. */
  readonly number: number;
  /** Id of the checkpoint before; null at 0. */
  readonly prev: Digest | null;
  /** `seq` of the segment's first line. */
  readonly first: number;
  /** Lines of the log up to and with the segment's last one. */
  readonly size: number;
  /** Over the segment's lines: see `merkle.ts`. */
  readonly root: Digest;
  /** Id of the segment's last line. */
  readonly last: OperationId;
  readonly at: Instant;
  /** base64url, 64 bytes. */
  readonly sig: string;
}

const LARGEST_CHECKPOINT = 4096;
const SIGNATURE_BYTES = 64;

/** Encodes a whole checkpoint, `sig` included. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return encodeCanonical({ ...unsignedFields(checkpoint), sig: checkpoint.sig });
}

/** The id of a checkpoint from its canonical bytes. */
export function checkpointId(hasher: Hasher, bytes: Uint8Array): Digest {
  return formatDigest(hasher.hash('checkpoint', bytes));
}

/** The hash that `sig` signs. */
export function checkpointSigningHash(hasher: Hasher, checkpoint: Omit<Checkpoint, 'sig'>): Uint8Array {
  return hasher.hash('checkpoint', encodeCanonical(unsignedFields(checkpoint)));
}

/** Decodes a checkpoint strictly; throws `FORMAT_INVALID` or `FORMAT_UNKNOWN`. Verifies no signature. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const reader = new JsonReader(decodeCanonical(bytes, 'checkpoint', LARGEST_CHECKPOINT), 'checkpoint');
  reader.version('checkpoint', 1);
  const checkpoint: Checkpoint = {
    repo: parseId('hg', reader.string('repo')),
    replica: parseDigest(reader.string('replica')),
    key: readPublicKey(reader, 'key'),
    number: reader.integer('number'),
    prev: reader.nullable('prev', () => parseDigest(reader.string('prev'))),
    first: reader.integer('first'),
    size: reader.integer('size'),
    root: parseDigest(reader.string('root')),
    last: parseId('ho', reader.string('last')),
    at: parseInstant(reader.string('at')),
    sig: reader.string('sig', 86),
  };
  reader.end();
  if (parseBase64Url(checkpoint.sig)?.length !== SIGNATURE_BYTES) throw reader.invalid('has no proper sig');
  if ((checkpoint.number === 0) !== (checkpoint.prev === null)) throw reader.invalid('has no proper prev');
  if ((checkpoint.number === 0) !== (checkpoint.first === 0)) throw reader.invalid('has no proper first');
  if (checkpoint.size <= checkpoint.first) throw reader.invalid('has no proper size');
  return checkpoint;
}

function unsignedFields(checkpoint: Omit<Checkpoint, 'sig'>): { readonly [key: string]: Json } {
  return {
    type: 'checkpoint',
    v: 1,
    repo: checkpoint.repo,
    replica: checkpoint.replica,
    key: checkpoint.key,
    number: checkpoint.number,
    prev: checkpoint.prev,
    first: checkpoint.first,
    size: checkpoint.size,
    root: checkpoint.root,
    last: checkpoint.last,
    at: checkpoint.at,
  };
}
