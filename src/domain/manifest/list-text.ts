import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { ManifestEntry } from './entry.ts';
import { decodeEntry, encodeEntry } from './list-codec.ts';

/*
 * A list file is canonical JSON (see list-codec.ts), so an entry is one flat object without white space, and
 * `"name":` with plain quotes stands nowhere but before a name. A removal changes one entry in each of a thousand
 * lists: this finds and replaces it where it stands, and leaves every other byte as it is.
 */

/** An entry of a list, and where its text stands. */
export interface PlacedEntry {
  readonly entry: ManifestEntry;
  readonly start: number;
  readonly end: number;
}

/** The text of a list file; throws `FORMAT_INVALID`. Nothing in it was checked yet. */
export function decodeListText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new HeddleError('FORMAT_INVALID', 'a manifest list is not UTF-8');
  return text;
}

/**
 * Finds the entry of a name and decodes it strictly; undefined where the list has none. Throws `FORMAT_INVALID`
 * for an entry that is not canonical, and for a name that stands twice.
 *
 * @param name percent-escaped.
 */
export function findListEntry(list: string, name: string): PlacedEntry | undefined {
  const marker = `"name":${JSON.stringify(name)},`;
  const at = list.indexOf(marker);
  if (at < 0) return undefined;
  if (list.includes(marker, at + marker.length)) throw invalid('has a name twice');
  const start = list.lastIndexOf('{', at);
  const end = list.indexOf('}', at + marker.length) + 1;
  const text = list.slice(start, end);
  const entry = decodeText(text);
  if (entry.name !== name) throw invalid('has an entry of another name');
  if (entryText(entry) !== text) throw invalid('has an entry that is not in canonical form');
  return { entry, start, end };
}

function decodeText(text: string): ReturnType<typeof decodeEntry> {
  try {
    return decodeEntry(JSON.parse(text) as Json);
  } catch (cause) {
    if (cause instanceof HeddleError) throw cause;
    throw invalid('has an entry that is not JSON', cause);
  }
}

/** Puts entries in the place of those that were found in this list; the bytes of the new list. */
export function replaceListEntries(
  list: string,
  replacements: readonly { readonly placed: PlacedEntry; readonly entry: ManifestEntry }[],
): Uint8Array {
  let text = '';
  let from = 0;
  for (const { placed, entry } of replacements.toSorted((a, b) => a.placed.start - b.placed.start)) {
    text += list.slice(from, placed.start) + entryText(entry);
    from = placed.end;
  }
  return utf8(text + list.slice(from));
}

function entryText(entry: ManifestEntry): string {
  return new TextDecoder().decode(encodeCanonical(encodeEntry(entry)));
}

function invalid(why: string, cause?: unknown): HeddleError {
  return new HeddleError('FORMAT_INVALID', `a manifest list ${why}`, { cause });
}
