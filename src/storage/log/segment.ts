import { closeSync, constants, fstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { guardIo, readFully, unlessMissing } from '#storage/durable-file.ts';

/*
 * One replica's log is a directory of segments numbered from 0. Segment n is two files of lines that end
 * with LF: `<n>.jsonl`, and `<n>.texts.jsonl` with the sidecar of each line in the same order.
 */

/** A segment takes no more lines when its line file has this many bytes. */
export const FULL_SEGMENT = 1024 * 1024;
const BLOCK = 64 * 1024;
const LF = 0x0a;

/** A line as it stands in a file, without its LF. */
export interface RawLine {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** False where the file ends before the line does. */
  readonly ended: boolean;
}

/** Where a segment's lines are, or its sidecars. */
export function segmentPath(directory: string, segment: number, part: 'lines' | 'texts'): string {
  return join(directory, part === 'lines' ? `${segment}.jsonl` : `${segment}.texts.jsonl`);
}

/** Numbers of the segments in a directory, ascending, whichever of their files exist. */
export function listSegments(directory: string): readonly number[] {
  return guardIo(directory, () => {
    const names = unlessMissing(() => readdirSync(directory)) ?? [];
    const found = names.flatMap((name) => /^(0|[1-9]\d{0,8})(?:\.texts)?\.jsonl$/.exec(name)?.[1] ?? []);
    return [...new Set(found.map(Number))].toSorted((a, b) => a - b);
  });
}

/** Opens a segment's file, reads by `use`, closes it; undefined where there is none. */
function withFile<T>(path: string, use: (fd: number, size: number) => T): T | undefined {
  return guardIo(path, () => {
    const fd = unlessMissing(() => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW));
    if (fd === undefined) return undefined;
    try {
      return use(fd, fstatSync(fd).size);
    } finally {
      closeSync(fd);
    }
  });
}

/** Size of a file in bytes; 0 where there is none. */
export function fileSize(path: string): number {
  return withFile(path, (_, size) => size) ?? 0;
}

/**
 * Lines of the first `end` bytes of a file, the last one first, read in blocks from the end. Throws
 * `LOG_CORRUPT` for a line longer than `longest`, and where the file shrinks meanwhile.
 */
export function* readBackward(path: string, end: number, longest: number): Generator<RawLine> {
  let start = end;
  let pending: Uint8Array = new Uint8Array(0);
  let ended: boolean | undefined;
  while (start > 0) {
    // Doubling keeps the copying of a long line linear.
    const length = Math.min(start, Math.max(BLOCK, pending.length));
    const block = readBlock(path, start - length, length);
    start -= length;
    pending = concatBytes(block, pending);
    if (ended === undefined) {
      ended = pending.at(-1) === LF;
      if (ended) pending = pending.subarray(0, -1);
    }
    for (let at = pending.lastIndexOf(LF); at !== -1; at = pending.lastIndexOf(LF)) {
      yield { offset: start + at + 1, bytes: pending.subarray(at + 1), ended };
      pending = pending.subarray(0, at);
      ended = true;
    }
    if (pending.length > longest) throw tooLong(path, start);
  }
  if (ended !== undefined) yield { offset: 0, bytes: pending, ended };
}

/** Lines of the first `end` bytes of a file in order. Throws as {@link readBackward} does. */
export function* readForward(path: string, end: number, longest: number): Generator<RawLine> {
  let position = 0;
  let offset = 0;
  let pending: Uint8Array = new Uint8Array(0);
  while (position < end) {
    const length = Math.min(end - position, Math.max(BLOCK, pending.length));
    pending = concatBytes(pending, readBlock(path, position, length));
    position += length;
    for (let at = pending.indexOf(LF); at !== -1; at = pending.indexOf(LF)) {
      yield { offset, bytes: pending.subarray(0, at), ended: true };
      offset += at + 1;
      pending = pending.subarray(at + 1);
    }
    if (pending.length > longest) throw tooLong(path, offset);
  }
  if (pending.length > 0) yield { offset, bytes: pending, ended: false };
}

// Each block opens the file anew: a generator that nobody finishes would keep a descriptor.
function readBlock(path: string, offset: number, length: number): Uint8Array {
  const block = withFile(path, (fd) => readFully(fd, offset, length));
  if (block?.length === length) return block;
  throw new HeddleError('LOG_CORRUPT', 'a log file became shorter while it was read', { facts: { path } });
}

function tooLong(path: string, offset: number): HeddleError {
  return new HeddleError('LOG_CORRUPT', 'a line of the log is too long', { facts: { path, offset } });
}
