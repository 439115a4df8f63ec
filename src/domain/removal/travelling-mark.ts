import type { Json } from '#domain/encoding/canonical-json.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { domainTag, type Hasher } from '#domain/hash.ts';
import { parseDigest, type AuthorityId, type Digest } from '#domain/id.ts';

/*
 * What travels of a removed content where a policy asks for it, in a tombstone's declaration of version 2, or in a purge
 * of versions 3 and 4: {"digest","filter"}. For a repository whose genesis is G, of a blob whose id in Git is B, both in
 * ASCII:
 *
 *   filter   the first 12 bits of the hash of kind "travelling" of G ‖ " " ‖ B, as a number
 *   digest   scrypt (RFC 7914) of B, salt "heddle/travelling/v1" ‖ 0x00 ‖ G, N 65536, r 8, p 1, 32 bytes
 *
 * The salt is the repository's, so that a content that comes in costs one digest however many were removed. The filter
 * spares that digest to all but one in 4,096; it spares it to whoever tests guesses, too.
 */

/** By what every clone knows one removed content, and whoever guesses at it is told whether the guess is right. */
export interface TravellingMark {
  /** From 0 to 4,095. */
  readonly filter: number;
  /** Costly to make. */
  readonly digest: Digest;
}

/** Bits that tell most other contents from a removed one at no cost: for good, as a mark's version has no number. */
const FILTER_BITS = 12;
/** How many filters there are. */
export const TRAVELLING_FILTERS = 1 << FILTER_BITS;

/** The cheap part of a mark. */
export function travellingFilter(hasher: Hasher, genesis: AuthorityId, blob: string): number {
  const [first = 0, second = 0] = hasher.hash('travelling', utf8(`${genesis} ${blob}`));
  return ((first << 8) | second) >> (16 - FILTER_BITS);
}

/** What the costly part is made of. */
export function travellingInput(
  genesis: AuthorityId,
  blob: string,
): { readonly content: Uint8Array; readonly salt: Uint8Array } {
  return { content: utf8(blob), salt: utf8(`${domainTag('travelling')}${genesis}`) };
}

/** Sorted by digest, each once: the order tells nothing of what stood where. */
export function sortMarks(marks: readonly TravellingMark[]): readonly TravellingMark[] {
  const byDigest = new Map(marks.map((mark) => [mark.digest, mark]));
  return [...byDigest.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** Marks as a field of a record. */
export function marksJson(marks: readonly TravellingMark[]): Json {
  return marks.map(({ digest, filter }) => ({ digest, filter }));
}

/** Reads at least one mark, in order of digest, at most `most`; throws `FORMAT_INVALID`. */
export function readMarks(reader: JsonReader, most: number): readonly TravellingMark[] {
  const marks = reader.list('shun', readMark, most);
  const rising = marks.every(({ digest }, index) => index === 0 || (marks[index - 1]?.digest ?? '') < digest);
  if (marks.length === 0 || !rising) throw reader.invalid('has no proper shun');
  return marks;
}

function readMark(item: Json): TravellingMark {
  const reader = new JsonReader(item, 'shun');
  const mark = { digest: parseDigest(reader.string('digest')), filter: reader.integer('filter') };
  reader.end();
  if (mark.filter >= TRAVELLING_FILTERS) throw reader.invalid('has no proper filter');
  return mark;
}
