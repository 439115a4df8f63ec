import { HeddleError } from '#domain/error.ts';
import { shortId, type Digest } from '#domain/id.ts';
import type { CutContent } from '#domain/removal/spans/replace-content.ts';
import { isUnbelieved, standsFor, type TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { LoadedTombstones } from '#usecases/tombstones/load-tombstones.ts';
import { isLifted, redactionProblem } from '#usecases/tombstones/removal-problem.ts';
import { readHeldContent } from '#usecases/removal/held-content.ts';
import type { Original, OtherHider } from './originals.ts';

/**
 * Other tombstones that hide some of the content once this one no longer does. One that nobody signed who may does
 * not: its replacement would take the place of content that leaves the quarantine.
 */
export async function findOtherHiders(
  workspace: Workspace,
  record: TombstoneRecord,
  { records }: LoadedTombstones,
): Promise<readonly TombstoneRecord[]> {
  const { id, declaration } = record;
  const files = new Set(declaration.covers.files);
  const others: TombstoneRecord[] = [];
  for (const other of [...records.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    // What it stands for hides again, and what comes back is its replacement.
    if (
      other.id === id ||
      isUnbelieved(other) ||
      standsFor(record, other.id) ||
      !other.declaration.covers.files.some((file) => files.has(file))
    )
      continue;
    if (await isLifted(workspace, other)) continue;
    if ((await redactionProblem(workspace, other)) === undefined) others.push(other);
  }
  return others;
}

/** By content: the one that counts, and where it is the only one of which the rest stays, what that is. */
export async function otherFileHiders(
  workspace: Workspace,
  { others }: { readonly others: readonly TombstoneRecord[] },
  originals: ReadonlyMap<Digest, Original>,
): Promise<ReadonlyMap<Digest, OtherHider>> {
  const hiders = new Map<Digest, OtherHider>();
  for (const [
    file,
    {
      content: { bytes },
    },
  ] of originals) {
    const hiding = others.filter(({ declaration }) => declaration.covers.files.includes(file));
    const [record] = hiding;
    if (record === undefined) continue;
    const isPartly = hiding.length === 1 && record.declaration.spans.some((one) => one.file === file);
    const content = isPartly ? await cutsOf(workspace, record, file) : { bytes };
    hiders.set(file, { record, content });
  }
  return hiders;
}

async function cutsOf(workspace: Workspace, record: TombstoneRecord, file: Digest): Promise<CutContent> {
  const { contents } = await readHeldContent(workspace, record);
  const content = contents.find(({ entries }) => entries.some((entry) => entry.file === file));
  if (content !== undefined) return content;
  throw new HeddleError('QUARANTINE_MISSING', `nobody here knows what ${shortId(record.id)} cut out`, {
    facts: { tombstone: record.id },
    preserved: 'nothing was changed',
  });
}
