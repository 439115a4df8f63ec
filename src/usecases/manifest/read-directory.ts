import { HeddleError } from '#domain/error.ts';
import { bucketFile } from '#domain/manifest/directory.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import { decodeList, LARGEST_LIST_BYTES } from '#domain/manifest/list-codec.ts';
import type { ObjectId, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { rawKey } from './change-tree.ts';

/** One directory of a stored manifest. */
export interface ReadDirectory {
  readonly entries: readonly ManifestEntry[];
  /** Subdirectory's raw name (as `rawKey`) to the Git tree of its manifest. */
  readonly subtrees: ReadonlyMap<string, ObjectId>;
  /** Raw names (as `rawKey`) of everything else that stands beside them. */
  readonly lists: readonly string[];
}

const SUBDIRECTORY = '=';

/** Reads a directory's lists; throws `OBJECT_CORRUPT` or `FORMAT_INVALID`. Ids are not recomputed here. */
export async function readDirectory(workspace: Workspace, tree: ObjectId): Promise<ReadDirectory> {
  const found = await workspace.objects.readTree(tree);
  if (found === undefined) throw missing(tree);
  const files = new Map<string, TreeEntry>();
  const subtrees = new Map<string, ObjectId>();
  for (const entry of found) {
    const name = rawKey(entry.name);
    if (name.startsWith(SUBDIRECTORY) && entry.mode === '40000') subtrees.set(name.slice(1), entry.id);
    else files.set(name, entry);
  }
  const list = decodeList(await readList(workspace, tree, files.get('_')));
  const lists = [...files.keys()];
  if ('entries' in list) return { entries: list.entries, subtrees, lists };
  const wanted = list.buckets.flatMap((digest, bucket) =>
    digest === null ? [] : [files.get(bucketFile(bucket))],
  );
  const entries: ManifestEntry[] = [];
  for (const file of wanted) {
    const bucket = decodeList(await readList(workspace, tree, file));
    if (!('entries' in bucket)) throw missing(tree);
    entries.push(...bucket.entries);
  }
  return { entries, subtrees, lists };
}

/** The name of a subdirectory's entry in a manifest's Git tree. */
export function subdirectoryName(rawName: Uint8Array): Uint8Array {
  return Uint8Array.from([SUBDIRECTORY.charCodeAt(0), ...rawName]);
}

async function readList(
  workspace: Workspace,
  tree: ObjectId,
  file: TreeEntry | undefined,
): Promise<Uint8Array> {
  const blob = file === undefined ? undefined : await workspace.objects.read(file.id, LARGEST_LIST_BYTES);
  if (blob === undefined) throw missing(tree);
  return blob.content;
}

function missing(tree: ObjectId): HeddleError {
  return new HeddleError('OBJECT_CORRUPT', 'a manifest lacks one of its lists', {
    facts: { tree },
    preserved: 'nothing was changed',
  });
}
