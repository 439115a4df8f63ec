import type { AuthorityView } from '#domain/authority/authority.ts';
import { formatDigest } from '#domain/id.ts';
import { listTravels } from '#domain/policy/travelling-list.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { ReasonCode } from '#domain/removal/tombstone.ts';
import { travellingFilter, travellingInput, type TravellingMark } from '#domain/removal/travelling-mark.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemovedContent } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What is removed, and why. */
export interface TravellingRemoval {
  readonly contents: readonly Pick<RemovedContent, 'blob' | 'cuts'>[];
  readonly reasonCode: ReasonCode;
}

/**
 * Contents that every clone is to refuse, where the policy has a list travel. Where parts went the rest is known, and
 * its digest tests guesses of the parts alone: only of a credential, which is worth nothing once it was rotated.
 */
export function travellingBlobs(
  view: AuthorityView,
  { contents, reasonCode }: TravellingRemoval,
): readonly ObjectId[] {
  if (!listTravels(view)) return [];
  const marked = contents.filter(({ cuts }) => cuts === undefined || reasonCode === 'credential');
  return [...new Set(marked.map(({ blob }) => blob))];
}

/** What of a removal no mark tells yet: its tombstone may be from before the policy had the list travel. */
export function untold(
  { declaration: { shun, reasonCode }, countedPurges }: TombstoneRecord,
  contents: TravellingRemoval['contents'] = [],
): TravellingRemoval {
  const isTold = shun.length > 0 || countedPurges.some(({ act }) => act.shun.length > 0);
  return { contents: isTold ? [] : contents, reasonCode };
}

/** What is said of them. */
export function tellTravelling(view: AuthorityView, removal: TravellingRemoval): readonly string[] {
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
