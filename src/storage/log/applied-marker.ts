import { join } from 'node:path';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type OperationId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { readBounded, type DurableFiles } from '#storage/durable-file.ts';

/*
 * `<replica>/applied`, canonical JSON: {"id","seq","type":"applied","v":1}. It names the last line whose refs
 * and effects are done. It is written after the line is durable and without fsync, so it may be behind the
 * log, empty after a crash of the machine, but never ahead of the log.
 */

const LARGEST = 1024;

export interface AppliedMarker {
  readonly seq: number;
  readonly id: OperationId;
}

/** Reads a replica's marker; undefined where there is none or a crash left it unreadable. */
export function readMarker(directory: string): AppliedMarker | undefined {
  try {
    const bytes = readBounded(markerPath(directory), LARGEST);
    return bytes === undefined ? undefined : parseMarker(bytes);
  } catch (error) {
    // Repeating what was done is harmless, so a marker that says nothing is as good as none.
    if (error instanceof HeddleError && error.code === 'FORMAT_INVALID') return undefined;
    throw error;
  }
}

/** Moves a replica's marker forwards, never back. Not durable: losing it repeats harmless work. */
export function writeMarker(files: DurableFiles, directory: string, marker: AppliedMarker): void {
  const current = readMarker(directory);
  if (current !== undefined && current.seq > marker.seq) return;
  const bytes = encodeCanonical({ type: 'applied', v: 1, seq: marker.seq, id: marker.id });
  files.replaceSoftly(markerPath(directory), bytes);
}

function markerPath(directory: string): string {
  return join(directory, 'applied');
}

function parseMarker(bytes: Uint8Array): AppliedMarker {
  const reader = new JsonReader(decodeCanonical(bytes, 'applied marker', LARGEST), 'applied marker');
  reader.version('applied', 1);
  const marker: AppliedMarker = { seq: reader.integer('seq'), id: parseId('ho', reader.string('id')) };
  reader.end();
  return marker;
}
