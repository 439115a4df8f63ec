import { decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/** The same commit with another tree; no state stands behind what it says. */
export async function withEntries(
  { objects, writer }: Pick<Workspace, 'objects' | 'writer'>,
  commit: ObjectId,
  change: (entries: Map<string, TreeEntry>) => Promise<void>,
): Promise<ObjectId> {
  const before = decodeUtf8((await objects.read(commit, 1_000_000))?.content ?? new Uint8Array()) ?? '';
  const rows = (await objects.readTree(commit)) ?? [];
  const entries = new Map(rows.map((row) => [decodeUtf8(row.name) ?? '', row]));
  await change(entries);
  const batch = writer.batch();
  const tree = batch.addTree([...entries.values()]);
  const id = batch.add('commit', utf8(before.replace(/^tree [0-9a-f]+/, `tree ${tree}`)));
  await batch.write();
  return id;
}
