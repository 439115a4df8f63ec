import type { Digest, TombstoneId } from '#domain/id.ts';
import { encodeTombstoneTexts } from '#domain/removal/tombstone.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { RemovedSidecar } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findTombstonePlaces, readKept } from '#usecases/removal/places/tombstone-places.ts';
import type { KeptRest } from '#usecases/tombstones/tombstone-draft.ts';

/** What a tombstone takes over from the earlier ones that it stands for. */
export interface TakenOver {
  readonly earlier: readonly TombstoneId[];
  /** Their sidecars, which go. */
  readonly sidecars: readonly RemovedSidecar[];
  /** What stays of files that are cut no further, and masks that stay there. */
  readonly spans: readonly KeptRest[];
  /** Escaped. */
  readonly paths: readonly string[];
  readonly places: Awaited<ReturnType<typeof findTombstonePlaces>>;
}

/** @param cut files that are cut further. */
export async function findTakenOver(
  workspace: Workspace,
  records: readonly TombstoneRecord[],
  cut: ReadonlySet<Digest>,
): Promise<TakenOver> {
  const unwritten = workspace.writer.batch();
  const sidecars: RemovedSidecar[] = [];
  const spans: KeptRest[] = [];
  const places: TakenOver['places'][number][] = [];
  const paths: string[] = [];
  for (const record of records) {
    if (record.texts === 'redacted') continue;
    const bytes = encodeTombstoneTexts(record.texts);
    sidecars.push({ record: record.id, bytes, blob: unwritten.add('blob', bytes) });
    paths.push(...record.texts.paths);
    places.push(...(await findTombstonePlaces(workspace, record)));
    const kept = await readKept(workspace, record);
    for (const { file, marks, by } of record.declaration.spans) {
      const rest = kept.get(file);
      if (cut.has(file) || rest === undefined) continue;
      spans.push({ file, marks, kept: rest, by: by ?? record.id });
    }
  }
  return { earlier: records.map(({ id }) => id), sidecars, spans, paths, places };
}
