import type { TreeStep } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { GraphState, StateGraph } from '#usecases/blame/through/state-graph.ts';

/** A version of the files on a straight way: a state's, or those of the commit that the thread began from. */
export interface Version {
  readonly carrier: ObjectId | null;
  readonly base: ObjectId | null;
  readonly step: TreeStep;
}

/** The versions that a carrier grew from, oldest first; undefined where two came together. */
export async function straightHistory(
  workspace: Pick<Workspace, 'revisions'>,
  graph: StateGraph,
  head: ObjectId,
): Promise<readonly Version[] | undefined> {
  const states: GraphState[] = [];
  for (let id: ObjectId | undefined = head; id !== undefined; id = states.at(-1)?.parents[0]) {
    const state = graph.get(id);
    if (state === undefined || state.links.length > 1) return undefined;
    states.push(state);
  }
  const begun = states.at(-1)?.gitParents[0];
  let before: ObjectId | null = null;
  const versions: Version[] = [];
  if (begun !== undefined) {
    before = await workspace.revisions.commitTree(begun);
    versions.push({ carrier: null, base: begun, step: { before: null, after: before } });
  }
  for (const { commit, files } of states.toReversed()) {
    versions.push({ carrier: commit, base: null, step: { before, after: files } });
    before = files;
  }
  return versions;
}
