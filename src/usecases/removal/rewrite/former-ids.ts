import type { Residue } from '#domain/results/removal-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadFollowCommit } from '#usecases/states/replaced/commit-map.ts';
import { keptHeads, walkSoundStates } from '#usecases/states/walk-states.ts';

const ID = /(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])/g;

/**
 * Where heddle's own signed records still name commits that were rewritten: they are what they are. Nobody gets the
 * content back from an id, but whoever has everything else of such a commit could test a guess of it.
 */
export async function tellFormerIds(workspace: Workspace): Promise<readonly Residue[]> {
  const follow = await loadFollowCommit(workspace);
  let lines = 0;
  for await (const { texts } of workspace.log.newest()) {
    const ids = texts === 'redacted' ? [] : (JSON.stringify(texts).match(ID) ?? []);
    if (ids.some((id) => follow(id) !== id)) lines += 1;
  }
  let states = 0;
  for await (const { signedBase } of walkSoundStates(workspace, [...(await keptHeads(workspace)).values()])) {
    if (signedBase !== null && follow(signedBase) !== signedBase) states += 1;
  }
  return [...told('heddle/oplog', lines, 'line'), ...told('refs/heddle/threads', states, 'state')];
}

function told(where: string, count: number, what: string): readonly Residue[] {
  if (count === 0) return [];
  const note = `the ids of rewritten commits stand in ${count} ${what}${count === 1 ? '' : 's'}; who has all else of one can test a guess`;
  return [{ place: 'similar', where, owner: 'git', note }];
}
