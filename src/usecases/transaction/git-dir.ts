import type { Workspace } from '#ports/workspace.ts';

const MAIN = '.';

/** The name under which a worktree's Git directory is logged: no absolute path leaves the machine with a log. */
export function gitDirName(workspace: Workspace): string {
  return relativeGitDir(workspace, workspace.places.gitDir);
}

/** The same of another worktree's. */
export function relativeGitDir({ places: { commonDir } }: Workspace, gitDir: string): string {
  return gitDir.startsWith(`${commonDir}/`) ? gitDir.slice(commonDir.length + 1) : MAIN;
}

/** The absolute path behind {@link gitDirName}. */
export function resolveGitDir({ places }: Workspace, name: string): string {
  return name === MAIN ? places.commonDir : `${places.commonDir}/${name}`;
}
