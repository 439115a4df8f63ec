import type { Digest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import type { TombstoneRecord, TombstoneSet } from '#domain/removal/tombstone-set.ts';
import type { ObjectBatch, ObjectId } from '#ports/objects.ts';
import type { QuarantinedContent } from '#ports/removal.ts';
import type { RemovedName } from '#ports/removal/names.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { EntryReplacement } from '#usecases/content/rewrite-carriers.ts';
import { listCarriers } from '#usecases/states/list-carriers.ts';
import { restoreName } from './hide-name.ts';
import { findTaken } from './name-places.ts';

/** Names that come back, and where they were taken away. */
export interface ReturningNames {
  readonly blobs: readonly ObjectId[];
  /** Undefined for what is no entry of such a name. */
  readonly replace: (entry: ManifestEntry, blob: ObjectId) => EntryReplacement | undefined;
}

/**
 * What a lift does about names: each comes back, unless another tombstone hides it too, or the directory has come to
 * have a file of that name.
 */
export async function returningNames(
  workspace: Workspace,
  batch: ObjectBatch,
  {
    record,
    kept: { names = [] },
    set,
  }: {
    readonly record: TombstoneRecord;
    readonly kept: QuarantinedContent;
    readonly set: Pick<TombstoneSet, 'records' | 'hidden' | 'partly'>;
  },
): Promise<ReturningNames> {
  if (names.length === 0) return { blobs: [], replace: () => undefined };
  const { carriers } = await listCarriers(workspace);
  const places = await findTaken(workspace, carriers, record);
  const others = new Set<Digest>(
    [...set.records.values()]
      .filter(({ id, hides }) => id !== record.id && hides)
      .flatMap(({ declaration }) => declaration.covers.names),
  );
  const originals = byNameId(names.filter(({ nameId }) => !others.has(nameId)));
  return {
    blobs: [...new Set(places.map(({ blob }) => blob))],
    replace: (entry, blob) => {
      const original = entry.secret.kind === 'name-id' ? originals.get(entry.secret.nameId) : undefined;
      if (original === undefined) return undefined;
      return restoreName(workspace, batch, { entry, blob, original, hiding: set });
    },
  };
}

function byNameId(names: readonly RemovedName[]): ReadonlyMap<Digest, RemovedName> {
  return new Map(names.map((name) => [name.nameId, name]));
}
