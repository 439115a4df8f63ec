import { encodeCanonical } from '#domain/encoding/canonical-json.ts';
import type { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseId, type TombstoneId } from '#domain/id.ts';

/*
 * What stands in the place of a sidecar that a tombstone covers, canonical JSON:
 *
 *   {"tombstone","type":"redacted-texts","v":1}
 */

/** A sidecar that was taken away: its salt and its fields are gone, the record that names it stays. */
export interface RedactedTexts {
  /** The tombstone that is said to cover the record; whether it does is for `verify`. */
  readonly redactedBy: TombstoneId;
}

/** Encodes what stands in the place of a sidecar that was redacted. */
export function encodeRedactedTexts(tombstone: TombstoneId): Uint8Array {
  return encodeCanonical({ type: 'redacted-texts', v: 1, tombstone });
}

/**
 * Reads what may stand in the place of any sidecar; undefined where the reader holds a sidecar after all. Throws
 * `FORMAT_INVALID` or `FORMAT_UNKNOWN`.
 */
export function readRedactedTexts(reader: JsonReader): RedactedTexts | undefined {
  if (!reader.has('tombstone')) return undefined;
  reader.version('redacted-texts', 1);
  const redactedBy = parseId('hr', reader.string('tombstone'));
  reader.end();
  return { redactedBy };
}

/** What readers show where a sidecar was taken away. */
export function redactedWords({ redactedBy }: RedactedTexts): string {
  return `redacted ${redactedBy}`;
}
