import { HeddleError } from '#domain/error.ts';
import type { AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF, HEDDLE_REFS } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { adopt, type Adopted } from '#usecases/receive/adopt.ts';
import { trackedRef, listKept } from './travelling-refs.ts';

/**
 * Fetches everything that a remote keeps of heddle into a clone that has begun with nothing, and adopts it: all of it is
 * verified before anything counts. Throws `ADOPT_REFUSED`, and what the transport throws.
 */
export async function takeAll(
  workspace: Workspace,
  remote: string,
  genesis: AuthorityId | null,
): Promise<Adopted> {
  const transport = await workspace.transport();
  const { keeps, refs } = await listKept(transport, remote);
  if (keeps.authority === null) {
    throw new HeddleError('ADOPT_REFUSED', 'the remote keeps nothing of heddle', {
      facts: { remote, ref: AUTHORITY_REF, advice: 'clone it with git, and begin with `heddle init`' },
      preserved: 'nothing was changed',
    });
  }
  const taken = [...refs].filter(([name]) => name.startsWith(HEDDLE_REFS));
  const tips = [...new Set(taken.map(([, id]) => id))];
  const incoming = await transport.fetch(remote, tips);
  try {
    await incoming.keep(tips);
  } finally {
    await incoming.close();
  }
  await workspace.lock.run(async () => {
    const found = await workspace.refs.list(HEDDLE_REFS);
    const threads = [...keeps.threads].map(([thread, id]) => [`refs/heddle/threads/${thread}`, id] as const);
    const wanted = [
      ...taken.filter(([name]) => !name.startsWith('refs/heddle/threads/')),
      ...threads,
      ...threads.map(([name, id]) => [trackedRef(remote, name), id] as const),
    ];
    const changes = wanted
      .filter(([name]) => !found.has(name))
      .map(([name, id]) => ({ name, old: null, new: id }));
    await (await workspace.refs.prepare(changes, [])).commit();
  });
  return adopt(workspace, genesis);
}
