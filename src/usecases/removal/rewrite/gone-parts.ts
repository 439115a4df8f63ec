import { cutBytes } from '#domain/removal/spans/cuts.ts';
import { secretPatterns, type Pattern } from '#domain/removal/spans/match-cuts.ts';
import type { QuarantinedContent } from '#ports/removal.ts';
import { spellingsOf } from '#usecases/removal/texts/local-texts.ts';

/** Bytes. What is shorter stands in too many places by chance; what a purge looks for is as long. */
const SHORTEST_PART = 8;

/**
 * What goes wherever it stands: parts that were cut out of files, in each form in which people read them, and words that
 * somebody wrote. A content that goes as a whole is known by its id alone.
 */
export function goneParts({ contents, texts }: QuarantinedContent): readonly Pattern[] {
  const cut = contents.flatMap(({ bytes, cuts = [] }) => cutBytes(bytes, cuts));
  const known = new Map<string, Pattern>();
  for (const part of cut.filter(({ length }) => length >= SHORTEST_PART)) {
    for (const pattern of secretPatterns(part)) known.set(keyOf(pattern.bytes), pattern);
  }
  for (const bytes of texts === undefined ? [] : spellingsOf(texts))
    known.set(keyOf(bytes), { bytes, wide: false });
  return [...known.values()];
}

function keyOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
