import { escapeSegment, unescapeSegment } from '#domain/encoding/percent-escape.ts';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { isJsonObject } from '#domain/encoding/json-field.ts';

/** How a file's name is written: as heddle escapes it, and as it is where it is text. */
export function spellingsOf(name: string): readonly string[] {
  const raw = unescapeSegment(name);
  const plain = raw === undefined ? undefined : decodeUtf8(raw);
  return [...new Set([name, ...(plain === undefined ? [] : [plain])])];
}

/** Tells whether a text names a file of that name, alone or in a path: not where it is a part of a longer word. */
export function namesFile(text: string, spellings: readonly string[]): boolean {
  return spellings.some((name) => {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const [before, after] = [text.slice(0, at), text.slice(at + name.length)];
      if (!GOES_ON_BEFORE.test(before) && !GOES_ON_AFTER.test(after)) return true;
    }
    return false;
  });
}

const GOES_ON_BEFORE = /[\p{L}\p{N}_.%-]$/u;
const GOES_ON_AFTER = /^(?:[\p{L}\p{N}_%-]|\.[\p{L}\p{N}_])/u;
/** Deeper than any sidecar goes. */
const DEEPEST = 32;

/** The same of everything that a sidecar says, its fields' names too. What is nested too deeply is taken to. */
export function sidecarNamesFile(value: Json, spellings: readonly string[], depth = 0): boolean {
  if (typeof value === 'string') return namesFile(value, spellings);
  if (typeof value !== 'object' || value === null) return false;
  if (depth > DEEPEST) return true;
  const below = isJsonObject(value) ? [...Object.keys(value), ...Object.values(value)] : Object.values(value);
  return below.some((item) => sidecarNamesFile(item, spellings, depth + 1));
}

/** A path with another last segment; both percent-escaped. */
export function withLastName(path: string, name: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + name;
}

/** The last segment of a path in raw bytes, percent-escaped. */
export function lastName(path: Uint8Array): string {
  return escapeSegment(path.subarray(path.lastIndexOf(SLASH) + 1));
}

const SLASH = 0x2f;
