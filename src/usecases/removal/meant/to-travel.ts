import type { AuthorityView } from '#domain/authority/authority.ts';
import { listTravels } from '#domain/policy/travelling-list.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import {
  tellTravelling,
  travellingBlobs,
  type TravellingRemoval,
} from '#usecases/content/travelling/mark-contents.ts';
import { mayEverywhere } from '#usecases/removal/would-deny.ts';

/** What of a removal gets marks, and what is said of that. */
export interface ToTravel {
  readonly blobs: readonly ObjectId[];
  readonly notes: readonly string[];
}

/**
 * Which contents every clone is to refuse. A mark does not tell what it is of, so it counts only of who may do the same
 * in the whole repository; of anybody else it is left out, and what is removed goes all the same.
 */
export async function toTravel(
  workspace: Workspace,
  view: AuthorityView,
  { operation, ...removal }: TravellingRemoval & { readonly operation: 'redact:apply' | 'purge:apply' },
): Promise<ToTravel> {
  const blobs = travellingBlobs(view, removal);
  if (!listTravels(view) || blobs.length === 0 || (await mayEverywhere(workspace, operation)))
    return { blobs, notes: tellTravelling(view, removal) };
  return {
    blobs: [],
    notes: [
      `clones that never held it do not refuse it: that takes ${operation} on all of ${view.repository}`,
    ],
  };
}
