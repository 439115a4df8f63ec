import { HeddleError } from '#domain/error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { notInitialised } from '#usecases/authority/load-authority.ts';

/** The remote that is meant where none is named: `origin`, or the only one. Throws `NOT_INITIALISED`, `REMOTE_UNKNOWN`. */
export async function chooseRemote(workspace: Workspace, named: string | null): Promise<string> {
  if ((await workspace.records.readClone()) === undefined) throw await notInitialised(workspace);
  if (named !== null) return named;
  const remotes = await workspace.remotes();
  const [only, ...more] = remotes.map(({ name }) => name);
  if (only !== undefined && more.length === 0) return only;
  if (remotes.some(({ name }) => name === 'origin')) return 'origin';
  throw new HeddleError(
    'REMOTE_UNKNOWN',
    only === undefined ? 'there is no remote' : 'name one of the remotes',
    {
      facts: { remotes: remotes.map(({ name }) => name) },
      preserved: 'nothing was changed',
    },
  );
}
