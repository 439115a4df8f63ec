import { HeddleError } from '#domain/error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { notInitialised } from '#usecases/authority/load-authority.ts';

/** The remote that is meant where none is named: `origin`, or the only one. Throws `NOT_INITIALISED`, `REMOTE_UNKNOWN`. */
export async function chooseRemote(workspace: Workspace, named: string | null): Promise<string> {
  if ((await workspace.records.readClone()) === undefined) throw await notInitialised(workspace);
  if (named !== null) return named;
  const { meant, names } = await remotesOf(workspace);
  if (meant !== undefined) return meant;
  throw new HeddleError(
    'REMOTE_UNKNOWN',
    names.length === 0 ? 'there is no remote' : 'name one of the remotes',
    { facts: { remotes: names }, preserved: 'nothing was changed' },
  );
}

/** Names of the remotes, and the one that is meant where none is named; undefined where nobody can tell. */
export async function remotesOf(
  workspace: Workspace,
): Promise<{ readonly meant: string | undefined; readonly names: readonly string[] }> {
  const names = (await workspace.remotes()).map(({ name }) => name);
  return { meant: names.find((name) => name === 'origin' || names.length === 1), names };
}
