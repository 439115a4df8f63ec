import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';

/**
 * Names a record of a set that a push would take away, or a file of one; undefined where the set only grew. What a
 * record's files hold may change: a removal takes sidecars away, and whoever verifies the set judges that.
 */
export async function lostRecord(
  workspace: Pick<Workspace, 'objects'>,
  { old, new: next }: RefChange,
): Promise<string | undefined> {
  if (old === null) return undefined;
  if (next === null) return 'the whole set';
  const [before, after] = [await rowsOf(workspace, old), await rowsOf(workspace, next)];
  const changed: (readonly [string, ObjectId, ObjectId])[] = [];
  for (const [name, row] of before) {
    const now = after.get(name);
    if (now === undefined) return name;
    if (now.id !== row.id && isDirectory(row)) changed.push([name, row.id, now.id]);
  }
  const trees = await workspace.objects.readTrees(changed.flatMap(([, one, other]) => [one, other]));
  for (const [index, [name]] of changed.entries()) {
    const files = new Set(names(trees[index * 2 + 1]));
    const gone = names(trees[index * 2]).find((file) => !files.has(file));
    if (gone !== undefined) return `${name}/${gone}`;
  }
  return undefined;
}

async function rowsOf(
  { objects }: Pick<Workspace, 'objects'>,
  commit: ObjectId,
): Promise<ReadonlyMap<string, TreeEntry>> {
  const rows = (await objects.readTree(commit)) ?? [];
  return new Map(rows.map((row) => [decodeUtf8(row.name) ?? row.name.join(), row]));
}

function isDirectory({ mode }: TreeEntry): boolean {
  return mode === '40000';
}

function names(rows: readonly TreeEntry[] | undefined): readonly string[] {
  return (rows ?? []).map(({ name }) => decodeUtf8(name) ?? name.join());
}
