import { isPrincipal } from '#domain/actor/principal.ts';
import { decodeCanonical, encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import { readThreadName } from '#domain/operation/thread-record.ts';
import { parseInstant, type Instant } from '#domain/time.ts';

/*
 * <data>/secrets/<replica>.json, 0600, canonical JSON:
 *   {"exceptions":[{"by","digest","path","reason","rule","since","thread","until"}…],"type":"secret-exceptions","v":1}
 * in order of digest, none twice. The same objects stand in the effect of the line that made them.
 */

/** One value that is captured at one path though it looks like a secret. */
export type SecretException = {
  /** `ReplicaIdentity.keyed('secret', …)` of rule, path and value: only this clone can test a guess of the value. */
  readonly digest: Digest;
  readonly rule: string;
  /** Percent-escaped. */
  readonly path: string;
  /** The thread of the work tree that it was made in, where its author could do so; it counts in all of them. */
  readonly thread: string;
  /** The principal who answers for it. */
  readonly by: string;
  readonly reason: string;
  readonly since: Instant;
  readonly until: Instant;
};

/** No list is larger: 8 MiB. */
export const LARGEST_EXCEPTIONS = 8 * 1024 * 1024;
/** In one list, and in one effect. */
export const MOST_EXCEPTIONS = 5_000;
const LONGEST_PATH = 16_384;
const LONGEST_REASON = 4_000;

/** What the digest of an exception is keyed over. */
export function exceptionText({ rule, path, value }: { rule: string; path: string; value: string }): string {
  return `${rule}\0${path}\0${value}`;
}

/** Encodes a list, in any order. Throws `IO_FAILED` where it is too long. */
export function encodeExceptions(list: readonly SecretException[]): Uint8Array {
  if (list.length > MOST_EXCEPTIONS) {
    throw new HeddleError('IO_FAILED', `no more than ${MOST_EXCEPTIONS} exceptions can be kept`, {
      preserved: 'the list is unchanged',
    });
  }
  const sorted = joinExceptions(list).map((exception) => ({ ...exception }));
  return encodeCanonical({ type: 'secret-exceptions', v: 1, exceptions: sorted });
}

/** Throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeExceptions(bytes: Uint8Array): readonly SecretException[] {
  const reader = new JsonReader(
    decodeCanonical(bytes, 'secret exceptions', LARGEST_EXCEPTIONS),
    'secret exceptions',
  );
  reader.version('secret-exceptions', 1);
  const exceptions = reader.list('exceptions', readException, MOST_EXCEPTIONS);
  reader.end();
  const rising = exceptions.every((exception, index) => {
    const before = exceptions[index - 1];
    return before === undefined || before.digest < exception.digest;
  });
  if (!rising) throw reader.invalid('is not in order');
  return exceptions;
}

/** Reads one strictly; throws `FORMAT_INVALID`. */
export function readException(item: Json): SecretException {
  const reader = new JsonReader(item, 'secret exceptions.exceptions');
  const exception = {
    digest: parseDigest(reader.string('digest')),
    rule: reader.string('rule', 200),
    path: reader.string('path', LONGEST_PATH),
    thread: readThreadName(reader, 'thread'),
    by: reader.string('by', 320),
    reason: reader.string('reason', LONGEST_REASON),
    since: parseInstant(reader.string('since')),
    until: parseInstant(reader.string('until')),
  };
  reader.end();
  if (!isPrincipal(exception.by)) throw reader.invalid('has no proper by');
  return exception;
}

/** Joins lists, in order of digest: what comes later replaces what was said of the same value before. */
export function joinExceptions(
  ...lists: readonly (readonly SecretException[])[]
): readonly SecretException[] {
  const byDigest = new Map(lists.flat().map((exception) => [exception.digest, exception]));
  return [...byDigest.keys()].toSorted().flatMap((digest) => byDigest.get(digest) ?? []);
}
