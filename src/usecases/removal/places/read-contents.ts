import { invariant } from '#domain/error.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import { openContent, type ManifestEntry } from '#domain/manifest/entry.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';
import { LARGEST_CONTENT } from '#usecases/tombstones/replacement-blobs.ts';
import { masksOf, outsideMasks, type EarlierCut } from '#usecases/removal/further/earlier-masks.ts';
import { chooseCuts } from './choose-cuts.ts';
import { notRedactable, type RemovalPart } from './target.ts';

/**
 * Reads what goes into the quarantine: bytes, the salts under which they stand, and which parts go. A content in which
 * a secret does not stand is left out. Throws `NOT_REDACTABLE`.
 */
export async function readContents(
  workspace: Workspace,
  {
    contents,
    places,
    part,
    earlier,
  }: {
    readonly contents: readonly ObjectId[];
    readonly places: readonly ContentPlace[];
    readonly part: RemovalPart | null;
    /** Of contents of which parts were purged before. */
    readonly earlier: ReadonlyMap<ObjectId, EarlierCut>;
  },
): Promise<readonly RemovedContent[]> {
  const read: RemovedContent[] = [];
  for (const blob of contents) {
    const here = places.filter((place) => place.blob === blob);
    const first = here.find(({ entry }) => entry.kind === 'file') ?? here[0];
    invariant(first !== undefined, 'a content was found at a place');
    const object = await workspace.objects.read(blob, LARGEST_CONTENT);
    if (object === undefined) throw notRedactable(first.path, 'its content is missing');
    // An empty file is nobody's secret, and every other empty file would go with it.
    if (object.content.length === 0) throw notRedactable(first.path, 'it is empty');
    const kind = first.entry.kind === 'symlink' ? 'symlink' : 'file';
    const bytes = object.content;
    const before = earlier.get(blob);
    const going = goingParts(part, { path: first.path, kind, bytes, before });
    if (going.cuts?.length === 0) continue;
    const salts = new Map(here.flatMap(({ entry }) => saltOf(entry, before)));
    const entries = [...salts].map(([file, salt]) => ({ file, salt }));
    read.push({ bytes, blob, kind, entries, ...going });
  }
  return read;
}

/** What is cut out of a content, and masks that stand in it. */
function goingParts(
  part: RemovalPart | null,
  { before, ...content }: Parameters<typeof chooseCuts>[1] & { readonly before: EarlierCut | undefined },
): Pick<RemovedContent, 'cuts' | 'masks'> {
  const masks = before === undefined ? [] : masksOf(content.bytes, [before.by]);
  const cuts = part === null ? undefined : outsideMasks(chooseCuts(part, content), masks);
  return { ...(cuts === undefined ? {} : { cuts }), ...(masks.length === 0 ? {} : { masks }) };
}

function saltOf(
  entry: ManifestEntry,
  before: EarlierCut | undefined,
): readonly (readonly [Digest, string])[] {
  const salt = openContent(entry) ?? before?.salt;
  return salt === undefined ? [] : [[parseDigest(entry.id), salt]];
}
