import type { EntryKind } from '#domain/manifest/entry.ts';
import { replacementBytes, type ReplacingTombstone } from '#domain/removal/replacement.ts';
import { keptBytes, marksOf, type Cut } from './cuts.ts';
import { maskKept } from './mask.ts';

/** A content that is there to be read, and what is cut out of it; all of it goes where that is not there. */
export interface CutContent {
  readonly bytes: Uint8Array;
  readonly cuts?: readonly Cut[];
}

/** What stands in the place of a content: what is kept, with masks, or the notice of all. A link has no parts. */
export function replaceContent(
  tombstone: ReplacingTombstone,
  content: CutContent,
  entry: { readonly name: string; readonly kind: EntryKind },
): Uint8Array {
  const { bytes, cuts } = content;
  if (cuts === undefined || entry.kind !== 'file') return replacementBytes(tombstone, entry);
  return maskKept(keptBytes(bytes, cuts), { id: tombstone.id, marks: marksOf(cuts) });
}
