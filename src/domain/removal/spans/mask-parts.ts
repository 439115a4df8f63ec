import { keptBytes, marksOf } from './cuts.ts';
import { maskKept } from './mask.ts';
import { matchCuts, type Pattern } from './match-cuts.ts';
import type { TombstoneId } from '#domain/id.ts';

/**
 * Puts a tombstone's masks in the place of all of these parts, wherever they stand; undefined where none does. Bytes in
 * which they stand too often to be told apart go as a whole.
 */
export function maskParts(
  bytes: Uint8Array,
  { id, parts }: { readonly id: TombstoneId; readonly parts: readonly Pattern[] },
): Uint8Array | undefined {
  const cuts = matchCuts(bytes, parts) ?? [{ start: 0, end: bytes.length }];
  if (cuts.length === 0) return undefined;
  return maskKept(keptBytes(bytes, cuts), { id, marks: marksOf(cuts) });
}
