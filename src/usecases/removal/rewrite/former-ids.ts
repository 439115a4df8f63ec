import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { FORMER_IDS } from '#domain/removal/receipt-codec.ts';
import { IMPORTS_REF, REQUESTS_REF, REVIEWS_REF } from '#domain/refs.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadFollowCommit, type FollowCommit } from '#usecases/states/replaced/commit-map.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';

const ID = /(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])/g;
const LARGEST = 32 * 1024 * 1024;
/** A record's file lies in its directory, which may lie in that of another record. */
const DEEPEST = 3;

/**
 * Where heddle's own signed records still name commits that were rewritten: they are what they are. Nobody gets the
 * content back from an id, but whoever has everything else of such a commit could test a guess of it.
 */
export async function tellFormerIds(workspace: Workspace): Promise<readonly Residue[]> {
  const follow = await loadFollowCommit(workspace);
  let lines = 0;
  for await (const { texts } of workspace.log.newest()) {
    if (texts !== 'redacted' && namesFormer(JSON.stringify(texts), follow)) lines += 1;
  }
  let states = 0;
  for await (const { signedBase } of walkSoundStates(workspace, [...(await keptHeads(workspace)).values()])) {
    if (signedBase !== null && follow(signedBase) !== signedBase) states += 1;
  }
  const sets: Residue[] = [];
  for (const ref of [REQUESTS_REF, REVIEWS_REF, IMPORTS_REF]) {
    const head = await workspace.refs.read(ref);
    const count = head === undefined ? 0 : await countBelow(workspace, { tree: head, follow, depth: 0 });
    sets.push(...told(ref, count, 'file'));
  }
  return [...told('heddle/oplog', lines, 'line'), ...told('refs/heddle/threads', states, 'state'), ...sets];
}

/** How a receipt tells of these places. */
export function formerPlaces(former: readonly Residue[]): readonly string[] {
  return former.map(({ where }) => `${FORMER_IDS}${where}`);
}

async function countBelow(
  workspace: Workspace,
  { tree, follow, depth }: { readonly tree: ObjectId; readonly follow: FollowCommit; readonly depth: number },
): Promise<number> {
  let count = 0;
  for (const { mode, id } of (await workspace.objects.readTree(tree)) ?? []) {
    if (/^0?40000$/.test(mode)) {
      if (depth < DEEPEST) count += await countBelow(workspace, { tree: id, follow, depth: depth + 1 });
      continue;
    }
    const read = await workspace.objects.read(id, LARGEST);
    const text = read?.kind === 'blob' ? decodeUtf8(read.content) : undefined;
    if (text !== undefined && namesFormer(text, follow)) count += 1;
  }
  return count;
}

function namesFormer(text: string, follow: FollowCommit): boolean {
  return (text.match(ID) ?? []).some((id) => follow(id) !== id);
}

function told(where: string, count: number, what: string): readonly Residue[] {
  if (count === 0) return [];
  const note = `the ids of rewritten commits stand in ${count} ${what}${count === 1 ? '' : 's'}; who has all else of one can test a guess`;
  return [{ place: 'similar', where, owner: 'git', note }];
}
