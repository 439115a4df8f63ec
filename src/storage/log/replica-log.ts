import { closeSync, constants, ftruncateSync, fsyncSync, openSync } from 'node:fs';
import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError, invariant } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { OperationId } from '#domain/id.ts';
import {
  decodeOperation,
  decodeOperationTexts,
  encodeOperation,
  encodeOperationTexts,
  hashOperation,
} from '#domain/operation/operation-codec.ts';
import type { LoggedOperation, OperationLine, OperationTexts } from '#domain/operation/operation.ts';
import { textsDigest } from '#domain/state/texts.ts';
import { ensureDirectory, guardIo, syncDirectory, writeFully } from '#storage/durable-file.ts';
import {
  at,
  corrupt,
  decodeRaw,
  rawLinesBackward,
  readTail,
  type LogTail,
  type ReplicaPlace,
  type StoredLine,
} from './log-tail.ts';
import { fileSize, FULL_SEGMENT, segmentPath } from './segment.ts';
import { belongs, findLastSidecar, sidecarsBackward, type Sidecar } from './sidecars.ts';

const LF = utf8('\n');

/**
 * Operations of one replica, the last one first, read in blocks from the end. Sequence, chain and sidecars
 * are checked on the way: throws `LOG_CORRUPT` at the first that is wrong. Verifies no signature.
 */
export function* operationsBackward(place: ReplicaPlace, hasher: Hasher): Generator<LoggedOperation> {
  const tail = readTail(place, hasher);
  let newer: StoredLine | undefined;
  let sidecars: Generator<Sidecar> | undefined;
  for (const stored of storedBackward(place, tail, hasher)) {
    if (newer !== undefined) assertFollows(place, stored, newer);
    const isLastHere = newer?.segment !== stored.segment;
    if (isLastHere || sidecars === undefined) {
      sidecars = sidecarsBackward(place, extentOf(tail, stored.segment), hasher);
    }
    const texts = isLastHere ? lastTexts(place, stored, sidecars) : nextTexts(place, stored, sidecars);
    yield { id: stored.id, line: stored.line, texts };
    newer = stored;
  }
  if (newer !== undefined && newer.line.seq !== 0)
    throw corrupt(place, 0, 'the beginning of the log is gone');
}

function* storedBackward(place: ReplicaPlace, tail: LogTail, hasher: Hasher): Generator<StoredLine> {
  let seq: number | null = null;
  for (const { segment, raw } of rawLinesBackward(place, tail.extents)) {
    if (tail.torn?.segment === segment && tail.torn.offset === raw.offset) continue;
    const stored = decodeRaw({ place, segment, hasher }, raw);
    if (stored === undefined) throw corrupt(place, seq, `${at(segment, raw.offset)} cannot be read`);
    seq = stored.line.seq - 1;
    yield stored;
  }
}

/**
 * Appends sidecar and line to a log whose end is whole, each fsynced, the sidecar first. Committed when it
 * returns; where it throws, what was written is cut off again. Needs the repository lock.
 */
export function appendOperation(
  place: ReplicaPlace,
  hasher: Hasher,
  operation: { readonly line: OperationLine; readonly texts: OperationTexts },
): OperationId {
  const { line, texts } = encodeChecked(operation, hasher);
  const tail = readTail(place, hasher);
  assertContinues(place, operation.line, tail);
  assertAligned(place, tail, hasher);
  const segment = segmentToFill(tail);
  ensureDirectory(place.directory);
  const files = openSegment(place, segment);
  try {
    writeDurably(files, { line, texts });
  } finally {
    closeSync(files.lines);
    closeSync(files.texts);
  }
  return hashOperation(hasher, line);
}

function assertFollows(place: ReplicaPlace, older: StoredLine, newer: StoredLine): void {
  const { seq, prev, lamport } = newer.line;
  if (older.line.seq + 1 !== seq || older.id !== prev) {
    throw corrupt(
      place,
      older.line.seq,
      `${at(older.segment, older.offset)} is not what the next line follows`,
    );
  }
  if (older.line.lamport >= lamport) throw corrupt(place, seq, 'the clock of the log runs backwards');
}

function extentOf(tail: LogTail, segment: number): LogTail['extents'][number] {
  return tail.extents.find((extent) => extent.segment === segment) ?? { segment, lines: 0, texts: 0 };
}

function lastTexts(
  place: ReplicaPlace,
  stored: StoredLine,
  sidecars: Generator<Sidecar>,
): LoggedOperation['texts'] {
  return textsOf(place, stored, findLastSidecar(sidecars, stored.line.texts)?.sidecar);
}

function nextTexts(
  place: ReplicaPlace,
  stored: StoredLine,
  sidecars: Generator<Sidecar>,
): LoggedOperation['texts'] {
  const next = sidecars.next();
  return textsOf(place, stored, next.done === true ? undefined : next.value);
}

function textsOf(
  place: ReplicaPlace,
  stored: StoredLine,
  sidecar: Sidecar | undefined,
): LoggedOperation['texts'] {
  if (sidecar === undefined || !belongs(sidecar, stored.line.texts) || sidecar.texts === 'damaged') {
    throw corrupt(place, stored.line.seq, 'the sidecar is gone or damaged');
  }
  return sidecar.texts;
}

interface EncodedOperation {
  readonly line: Uint8Array;
  readonly texts: Uint8Array;
}

/** What no reader would take is never written. */
function encodeChecked(
  operation: { readonly line: OperationLine; readonly texts: OperationTexts },
  hasher: Hasher,
): EncodedOperation {
  const texts = encodeOperationTexts(operation.texts);
  const line = encodeOperation(operation.line);
  invariant(textsDigest(hasher, texts) === operation.line.texts, 'a line names its own sidecar');
  decodeOperationTexts(texts);
  decodeOperation(line);
  return { line, texts };
}

function assertContinues(place: ReplicaPlace, line: OperationLine, tail: LogTail): void {
  invariant(line.replica === place.replica, 'a line is appended to its own replica');
  if (tail.torn !== undefined) throw corrupt(place, line.seq, 'the log has a torn end that was not repaired');
  const seq = (tail.last?.line.seq ?? -1) + 1;
  const follows = line.seq === seq && line.prev === (tail.last?.id ?? null);
  invariant(follows, 'whoever appends holds the lock and has read the head');
  invariant(line.lamport > (tail.last?.line.lamport ?? -1), 'the clock of a log runs forwards');
}

/** A sidecar after one that has no line, or a wrong one, would be taken for another's. */
function assertAligned(place: ReplicaPlace, tail: LogTail, hasher: Hasher): void {
  const newest = tail.extents.at(-1);
  if (newest === undefined) return;
  const here = tail.last?.segment === newest.segment ? tail.last : undefined;
  const found =
    here === undefined
      ? undefined
      : findLastSidecar(sidecarsBackward(place, newest, hasher), here.line.texts);
  if ((found?.end ?? 0) !== newest.texts) {
    throw corrupt(place, here?.line.seq ?? null, 'the sidecars do not end where the log does');
  }
}

function segmentToFill(tail: LogTail): number {
  const newest = tail.extents.at(-1);
  if (newest === undefined) return 0;
  return newest.lines < FULL_SEGMENT ? newest.segment : newest.segment + 1;
}

interface OpenSegment {
  readonly path: string;
  readonly lines: number;
  readonly texts: number;
  readonly linesSize: number;
  readonly textsSize: number;
}

function openSegment(place: ReplicaPlace, segment: number): OpenSegment {
  const linesPath = segmentPath(place.directory, segment, 'lines');
  const textsPath = segmentPath(place.directory, segment, 'texts');
  return guardIo(linesPath, () => {
    const linesSize = fileSize(linesPath);
    const textsSize = fileSize(textsPath);
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    const texts = openSync(textsPath, flags, 0o666);
    const lines = openOrClose(linesPath, flags, texts);
    // The names must be durable before the bytes are: a commit point in a file that nobody finds is none.
    if (linesSize === 0) syncDirectory(place.directory);
    return { path: linesPath, lines, texts, linesSize, textsSize };
  });
}

function openOrClose(path: string, flags: number, other: number): number {
  try {
    return openSync(path, flags, 0o666);
  } catch (error) {
    closeSync(other);
    throw error;
  }
}

function writeDurably(files: OpenSegment, encoded: EncodedOperation): void {
  try {
    guardIo(files.path, () => {
      writeFully(files.texts, concatBytes(encoded.texts, LF));
      fsyncSync(files.texts);
      writeFully(files.lines, concatBytes(encoded.line, LF));
      fsyncSync(files.lines);
    });
  } catch (error) {
    throw cutBack(files, error);
  }
}

/** Takes a failed append back, the line first, so that no later reader finds a line that was not committed. */
function cutBack(files: OpenSegment, error: unknown): unknown {
  try {
    ftruncateSync(files.lines, files.linesSize);
    fsyncSync(files.lines);
    ftruncateSync(files.texts, files.textsSize);
    return error;
  } catch (cause) {
    return new HeddleError('IO_FAILED', 'an append to the log failed and could not be taken back', {
      facts: { after: error instanceof Error ? error.message : 'unknown' },
      preserved: 'the next command decides by what reached the disk',
      cause,
    });
  }
}
