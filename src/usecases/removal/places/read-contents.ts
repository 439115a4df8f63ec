import { invariant } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import type { ManifestEntry } from '#domain/manifest/entry.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';
import { LARGEST_CONTENT, notRedactable } from './target.ts';

/** Reads what goes into the quarantine: bytes, and the salts under which they stand. Throws `NOT_REDACTABLE`. */
export async function readContents(
  workspace: Workspace,
  { contents, places }: { readonly contents: readonly ObjectId[]; readonly places: readonly ContentPlace[] },
): Promise<readonly RemovedContent[]> {
  const read: RemovedContent[] = [];
  for (const blob of contents) {
    const here = places.filter((place) => place.blob === blob);
    const [first] = here;
    invariant(first !== undefined, 'a content was found at a place');
    const object = await workspace.objects.read(blob, LARGEST_CONTENT);
    if (object === undefined) throw notRedactable(first.path, 'its content is missing');
    // An empty file is nobody's secret, and every other empty file would go with it.
    if (object.content.length === 0) throw notRedactable(first.path, 'it is empty');
    const entries = new Map(here.flatMap(({ entry }) => saltOf(entry)));
    read.push({
      bytes: object.content,
      blob,
      kind: first.entry.kind === 'symlink' ? 'symlink' : 'file',
      entries: [...entries].map(([file, salt]) => ({ file, salt })),
    });
  }
  return read;
}

function saltOf({ id, secret }: ManifestEntry): readonly (readonly [Digest, string])[] {
  return secret.kind === 'salt' ? [[parseDigest(id), secret.salt]] : [];
}
