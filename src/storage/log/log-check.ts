import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import type { Digest, OperationId } from '#domain/id.ts';
import { LARGEST_LINE, LARGEST_TEXTS } from '#domain/operation/operation-codec.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { LogFinding } from '#ports/log.ts';
import { readMarker } from './applied-marker.ts';
import {
  at,
  decodeRaw,
  readExtents,
  type ReplicaPlace,
  type SegmentExtent,
  type StoredLine,
} from './log-tail.ts';
import { readForward, segmentPath, type RawLine } from './segment.ts';
import { belongs, readSidecar, type Sidecar } from './sidecars.ts';

export interface CheckedLog {
  readonly operations: readonly LoggedOperation[];
  readonly findings: readonly LogFinding[];
}

/**
 * Reads one replica's whole log and names everything that is wrong with it: lines, sequence, chain,
 * sidecars, the marker. Verifies no signature. Operations whose line or sidecar is damaged are left out.
 */
export function checkReplica(place: ReplicaPlace, hasher: Hasher): CheckedLog {
  const marker = readMarker(place.directory);
  const check = new ReplicaCheck(place, hasher);
  const extents = readExtents(place.directory);
  const present = new Set(extents.map(({ segment }) => segment));
  extents.forEach((extent, index) => {
    if (!present.has(index)) check.find(null, `segment ${index} is missing`);
    check.segment(extent, index === extents.length - 1);
  });
  check.marker(marker);
  return { operations: check.operations, findings: check.findings };
}

class ReplicaCheck {
  readonly operations: LoggedOperation[] = [];
  readonly findings: LogFinding[] = [];
  readonly #place: ReplicaPlace;
  readonly #hasher: Hasher;
  readonly #ids = new Map<number, OperationId>();
  #expected = { seq: 0, prev: null as OperationId | null, lamport: -1 };
  /** After damage, a good line is taken at its word once. */
  #resumed = false;

  constructor(place: ReplicaPlace, hasher: Hasher) {
    this.#place = place;
    this.#hasher = hasher;
  }

  find(seq: number | null, what: string): void {
    this.findings.push({ replica: this.#place.replica, seq, what });
  }

  segment(extent: SegmentExtent, isNewest: boolean): void {
    const stored: StoredLine[] = [];
    this.#guard(() => {
      const path = segmentPath(this.#place.directory, extent.segment, 'lines');
      for (const raw of readForward(path, extent.lines, LARGEST_LINE)) {
        const line = this.#decode(extent.segment, raw);
        if (typeof line === 'string') this.#damaged(`${at(extent.segment, raw.offset)} ${line}`);
        else stored.push(this.#follow(line));
      }
    });
    this.#guard(() => this.#pair(stored, this.#sidecars(extent), { extent, isNewest }));
  }

  marker(marker: ReturnType<typeof readMarker>): void {
    if (marker === undefined) return;
    const id = this.#ids.get(marker.seq);
    if (id === undefined) this.find(marker.seq, 'a line that was applied is gone or damaged');
    else if (id !== marker.id) this.find(marker.seq, 'a line changed after it was applied');
  }

  #follow(stored: StoredLine): StoredLine {
    const { seq, prev, lamport } = stored.line;
    const where = at(stored.segment, stored.offset);
    if (!this.#resumed && seq !== this.#expected.seq) {
      this.find(this.#expected.seq, `${where}: line ${seq} stands where line ${this.#expected.seq} belongs`);
    } else if (!this.#resumed && prev !== this.#expected.prev) {
      this.find(seq - 1, `${where}: line ${seq} does not follow from line ${seq - 1}`);
    }
    if (lamport <= this.#expected.lamport) this.find(seq, `${where}: the clock runs backwards`);
    this.#resumed = false;
    this.#expected = { seq: seq + 1, prev: stored.id, lamport };
    this.#ids.set(seq, stored.id);
    return stored;
  }

  /** The line, or what is wrong with it. */
  #decode(segment: number, raw: RawLine): StoredLine | string {
    try {
      const line = decodeRaw({ place: this.#place, segment, hasher: this.#hasher }, raw);
      return line ?? 'cannot be read';
    } catch (error) {
      if (error instanceof HeddleError) return `cannot be read: ${error.message}`;
      throw error;
    }
  }

  #damaged(what: string): void {
    this.find(this.#expected.seq, what);
    this.#expected = { ...this.#expected, seq: this.#expected.seq + 1 };
    this.#resumed = true;
  }

  #sidecars(extent: SegmentExtent): readonly Sidecar[] {
    const path = segmentPath(this.#place.directory, extent.segment, 'texts');
    return Array.from(readForward(path, extent.texts, LARGEST_TEXTS), (raw) =>
      readSidecar(raw, this.#hasher),
    );
  }

  /** Pairs lines with sidecars in order; one that is damaged or missing costs no other its sidecar. */
  #pair(
    lines: readonly StoredLine[],
    sidecars: readonly Sidecar[],
    { extent, isNewest }: { readonly extent: SegmentExtent; readonly isNewest: boolean },
  ): void {
    const named = new Set<Digest>(lines.map(({ line }) => line.texts));
    let next = 0;
    for (const stored of lines) {
      let found = sidecars[next];
      while (found !== undefined && found.texts !== 'redacted' && !named.has(found.digest)) {
        this.find(
          stored.line.seq,
          `${at(extent.segment, found.offset)}: a sidecar is damaged or has no line`,
        );
        next += 1;
        found = sidecars[next];
      }
      if (found === undefined || found.texts === 'damaged' || !belongs(found, stored.line.texts)) {
        this.find(stored.line.seq, `${at(extent.segment, stored.offset)}: the sidecar is gone or damaged`);
        continue;
      }
      next += 1;
      this.operations.push({ id: stored.id, line: stored.line, texts: found.texts });
    }
    // What an append under way, or a killed one, leaves in the newest segment is no defect.
    const rest = sidecars.slice(next);
    if (rest.length > (isNewest ? 1 : 0)) {
      this.find(null, `segment ${extent.segment}: ${rest.length} sidecars have no line`);
    }
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof HeddleError) || error.code === 'IO_FAILED') throw error;
      this.find(this.#expected.seq, error.message);
    }
  }
}
