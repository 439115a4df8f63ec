/** A commit of Git's history that a worktree's HEAD reaches. */
export interface ReachedCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  /** It is the work of whoever works in that worktree; else it came there from elsewhere. */
  readonly madeHere: boolean;
}

/**
 * Of commits that came to a worktree from elsewhere those that no other such commit reaches: the tips of what was merged,
 * pulled or switched to.
 *
 * @param commits children before parents.
 */
export function broughtTips(commits: readonly ReachedCommit[]): readonly string[] {
  const below = new Set<string>();
  const tips: string[] = [];
  for (const { commit, parents, madeHere } of commits) {
    const isBelow = below.has(commit);
    if (madeHere && !isBelow) continue;
    if (!isBelow) tips.push(commit);
    for (const parent of parents) below.add(parent);
  }
  return tips;
}
