import { escapePath } from '#domain/encoding/percent-escape.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { carriersBelow, listCarriers } from '#usecases/states/list-carriers.ts';
import { keptHeads } from '#usecases/states/walk-states.ts';
import { PathFinder } from '#usecases/content/path-finder.ts';
import type { ContentPlace } from '#usecases/content/find-content.ts';

/** The Git commits that threads began from and that hold the content themselves: heddle does not rewrite them. */
export async function findGitHolders(
  workspace: Workspace,
  places: readonly ContentPlace[],
): Promise<readonly Residue[]> {
  const blobs = new Set(places.map(({ blob }) => blob));
  const paths = new Map(places.map(({ path }) => [escapePath(path), path]));
  const holders: Residue[] = [];
  for (const base of await findBases(workspace)) {
    const tree = await workspace.revisions.commitTree(base);
    for (const [shown, path] of paths) {
      const entry = await new PathFinder(workspace, path).find(tree);
      if (entry === undefined || !blobs.has(entry.id)) continue;
      const note = `${shown} is in Git's own history: every branch over this commit still holds it`;
      holders.push({ place: 'ref', where: base, owner: 'git', note });
    }
  }
  return holders;
}

async function findBases(workspace: Workspace): Promise<ReadonlySet<ObjectId>> {
  const heads = (await keptHeads(workspace)).values();
  const carriers = carriersBelow(await listCarriers(workspace), heads);
  // Behind the carriers of a state's parents stands the commit of Git's that it began from.
  return new Set(carriers.flatMap(({ gitParents, parents }) => gitParents.slice(parents.length)));
}
