import type { AuthorityView } from '#domain/authority/authority.ts';
import { formatDigest } from '#domain/id.ts';
import { listTravels } from '#domain/policy/travelling-list.ts';
import type { ReasonCode } from '#domain/removal/tombstone.ts';
import { travellingFilter, travellingInput, type TravellingMark } from '#domain/removal/travelling-mark.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';

interface Removal {
  readonly contents: readonly Pick<RemovedContent, 'blob' | 'cuts'>[];
  readonly reasonCode: ReasonCode;
}

/**
 * Contents that every clone is to refuse, where the policy has a list travel. Where parts went the rest is known, and
 * its digest tests guesses of the parts alone: only of a credential, which is worth nothing once it was rotated.
 */
export function travellingBlobs(view: AuthorityView, { contents, reasonCode }: Removal): readonly ObjectId[] {
  if (!listTravels(view)) return [];
  const marked = contents.filter(({ cuts }) => cuts === undefined || reasonCode === 'credential');
  return [...new Set(marked.map(({ blob }) => blob))];
}

/** What is said of them. */
export function tellTravelling(view: AuthorityView, removal: Removal): readonly string[] {
  const blobs = travellingBlobs(view, removal);
  if (blobs.length > 0)
    return [
      'every clone refuses it: its tombstone tells a digest, by which whoever reads that can test guesses',
    ];
  if (!listTravels(view) || removal.contents.length === 0) return [];
  return ['clones that never held it do not refuse it: a digest would test guesses of the parts alone'];
}

/** Makes their marks. Each costs a {@link Workspace.costlyDigest}. */
export async function markContents(
  workspace: Pick<Workspace, 'hasher' | 'costlyDigest' | 'progress'>,
  { genesis }: Pick<AuthorityView, 'genesis'>,
  blobs: readonly ObjectId[],
): Promise<readonly TravellingMark[]> {
  const marks: TravellingMark[] = [];
  for (const [index, blob] of blobs.entries()) {
    workspace.progress.step('making digests that travel', index, blobs.length);
    const digest = formatDigest(await workspace.costlyDigest(travellingInput(genesis, blob)));
    marks.push({ digest, filter: travellingFilter(workspace.hasher, genesis, blob) });
  }
  return marks;
}
