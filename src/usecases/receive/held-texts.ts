import { spokenTexts } from '#domain/removal/spoken-texts.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { RemovedTexts } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { HeldSidecar } from '#usecases/removal/texts/held-sidecar.ts';
import { heldSidecars } from '#usecases/removal/texts/held-sidecars.ts';

/**
 * What a tombstone of texts removes, as far as it stands in this clone; undefined for nothing. The tombstone does not
 * tell which of the words were meant: a purge looks for all but a task, which other states share, unless it was that.
 * Of states, operations and tombstones: sidecars in other sets arrive as those sets do. Where a tombstone takes another
 * one's place it is about no words.
 */
export async function heldTexts(
  workspace: Workspace,
  { declaration }: TombstoneRecord,
): Promise<RemovedTexts | undefined> {
  const covered = new Set<string>(declaration.covers.texts.filter((record) => /^h[sor]-/.test(record)));
  if (covered.size === 0) return undefined;
  const found: HeldSidecar[] = [];
  for await (const sidecar of heldSidecars(workspace)) if (covered.has(sidecar.record)) found.push(sidecar);
  if (found.length === 0) return undefined;
  const spoken = found.flatMap(({ says }) => spokenTexts(says));
  const others = spoken.filter(({ field }) => field !== 'task');
  const isAboutWords = declaration.covers.files.length === 0;
  const words = isAboutWords ? (others.length > 0 ? others : spoken).map(({ text }) => text) : [];
  const sidecars = found.map(({ record, bytes, blob }) => ({ record, bytes, blob }));
  return { sidecars, words: [...new Set(words)] };
}
