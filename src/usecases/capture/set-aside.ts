import type { Aside } from '#ports/worktree/worktrees.ts';
import type { Workspace } from '#ports/workspace.ts';

/** A clone as it is with its work trees looked at; nothing is published through it. */
export type AsideWorkspace = Omit<Workspace, keyof Aside> & Aside;

/**
 * The one way in which files of a work tree become objects: beside the store, for as long as `work` takes. What is to
 * stay is kept there, once nothing refuses it; all else is thrown away.
 */
export async function setAside<T>(
  workspace: Workspace,
  work: (aside: AsideWorkspace) => Promise<T>,
): Promise<T> {
  const aside = await workspace.aside();
  try {
    return await work({ ...workspace, ...portsOf(aside) });
  } finally {
    await aside.close();
  }
}

/** Methods are not spread along: an adapter may be of a class. */
function portsOf(aside: Aside): Aside {
  const { objects, writer, comparer, revisions, lineTracers, worktree } = aside;
  return {
    objects,
    writer,
    comparer,
    revisions,
    lineTracers,
    worktree,
    landing: () => aside.landing(),
    worktreeAt: (gitDir) => aside.worktreeAt(gitDir),
    keep: () => aside.keep(),
    keepOnly: (roots, known) => aside.keepOnly(roots, known),
    close: () => aside.close(),
  };
}
