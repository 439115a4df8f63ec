import type { EntryKind } from '#domain/manifest/entry.ts';
import { replacementBytes, type ReplacingTombstone } from '#domain/removal/replacement.ts';
import { keptBytes, marksOf, mergeCuts, type Cut } from './cuts.ts';
import { maskKept } from './mask.ts';

/** A content that is there to be read, and what is cut out of it; all of it goes where that is not there. */
export interface CutContent {
  readonly bytes: Uint8Array;
  readonly cuts?: readonly Cut[];
  /** Masks of earlier tombstones that stand in it: they go as well, and others come in their place. */
  readonly masks?: readonly Cut[];
}

/** Where masks come, and what they come in the place of, as `mergeCuts` leaves it; undefined where nothing stays. */
export function maskedCuts({ cuts, masks = [] }: Omit<CutContent, 'bytes'>): readonly Cut[] | undefined {
  return cuts === undefined ? undefined : mergeCuts([...cuts, ...masks]);
}

/** What stands in the place of a content: what is kept, with masks, or the notice of all. A link has no parts. */
export function replaceContent(
  tombstone: ReplacingTombstone,
  content: CutContent,
  entry: { readonly name: string; readonly kind: EntryKind },
): Uint8Array {
  const { bytes } = content;
  const cuts = maskedCuts(content);
  if (cuts === undefined || entry.kind !== 'file') return replacementBytes(tombstone, entry);
  return maskKept(keptBytes(bytes, cuts), { id: tombstone.id, marks: marksOf(cuts) });
}
