import { closeSync, constants, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import type { Hasher } from '#domain/hash.ts';
import type { LogFinding } from '#ports/log.ts';
import { guardIo } from '#storage/durable-file.ts';
import { at, readTail, type LogTail, type ReplicaPlace } from './log-tail.ts';
import { segmentPath } from './segment.ts';
import { findLastSidecar, sidecarsBackward } from './sidecars.ts';

/**
 * Cuts off what a killed append left: a torn last line, then a sidecar without a line; durable on return.
 * Never cuts before that, and nothing where the end shows damage that no kill leaves: check() names it.
 * Needs the repository lock. Throws `LOG_CORRUPT` where the marker proves a committed line damaged.
 */
export function repairTail(place: ReplicaPlace, hasher: Hasher): readonly LogFinding[] {
  const tail = readTail(place, hasher);
  const seq = (tail.last?.line.seq ?? -1) + 1;
  const findings: LogFinding[] = [];
  const report = (what: string): void => {
    findings.push({ replica: place.replica, seq, what });
  };
  if (tail.torn !== undefined) {
    const { segment, offset, length } = tail.torn;
    cut(segmentPath(place.directory, segment, 'lines'), offset);
    report(`${at(segment, offset)}: a torn last line of ${length} bytes was cut off`);
  }
  for (const { segment, from, length } of extraSidecars(place, tail, hasher)) {
    cut(segmentPath(place.directory, segment, 'texts'), from);
    report(`${at(segment, from)}: a sidecar of ${length} bytes without a line was cut off`);
  }
  return findings;
}

interface Extra {
  readonly segment: number;
  readonly from: number;
  readonly length: number;
}

function* extraSidecars(place: ReplicaPlace, tail: LogTail, hasher: Hasher): Generator<Extra> {
  const newest = tail.extents.at(-1);
  if (newest === undefined) return;
  const from = endOfSidecars(place, tail, hasher);
  if (from !== undefined && from < newest.texts) {
    yield { segment: newest.segment, from, length: newest.texts - from };
  }
}

/** Where the newest segment's sidecars should end; undefined where that cannot be told. */
function endOfSidecars(place: ReplicaPlace, tail: LogTail, hasher: Hasher): number | undefined {
  const newest = tail.extents.at(-1);
  if (newest === undefined) return undefined;
  if (tail.last?.segment === newest.segment) {
    return findLastSidecar(sidecarsBackward(place, newest, hasher), tail.last.line.texts)?.end;
  }
  // No line of this segment was committed, so it can hold what one killed append left, and no more.
  const kept = [...sidecarsBackward(place, newest, hasher)];
  return kept.length <= 1 ? 0 : undefined;
}

function cut(path: string, size: number): void {
  guardIo(path, () => {
    const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      ftruncateSync(fd, size);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}
