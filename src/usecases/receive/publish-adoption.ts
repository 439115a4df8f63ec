import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import { HEDDLE_REFS, REMOTE_REFS, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { nobody } from '#usecases/caller/identify.ts';
import { keepPublishedChains } from '#usecases/segments/keep-chains.ts';
import { setNames } from '#usecases/tombstones/set/set-names.ts';
import { publish, publisherNow } from '#usecases/transaction/publish.ts';

/**
 * Finishes an adoption that was killed between the pin, which came after everything was verified, and its line. Returns
 * one clause where it did. The repository lock must be held.
 */
export async function finishAdoption(workspace: Workspace): Promise<readonly string[]> {
  const authority = await tryLoadAuthority(workspace);
  if (authority === undefined || (await isEndorsed(workspace))) return [];
  await publishAdoption(workspace, authority, await followedRemote(workspace));
  return ['finished the adoption of what was fetched from another clone'];
}

/** Whoever changes anything in a clone endorses it: one that is endorsed had a log, whatever became of that. */
export async function isEndorsed(workspace: Workspace): Promise<boolean> {
  const authority = await tryLoadAuthority(workspace).catch(noneIfRefused);
  if (authority === undefined) return false;
  const { replica } = await workspace.replica();
  return authority.view.replicas.some((known) => known.replica === replica);
}

/** What was fetched may not hold together, or begin with another genesis than a killed `init` had pinned. */
function noneIfRefused(error: unknown): undefined {
  if (!(error instanceof HeddleError)) throw error;
}

/** The remote of which threads are followed; null for none. */
async function followedRemote({ refs }: Workspace): Promise<string | null> {
  const [first] = (await refs.list(REMOTE_REFS)).keys();
  return first === undefined
    ? null
    : (/^(.+?)\/threads\//.exec(first.slice(REMOTE_REFS.length))?.[1] ?? null);
}

/**
 * The first line of this clone's log, by its own key: where each ref stood when it was verified.
 *
 * @param remote what they were fetched from; null where nobody can tell.
 */
export async function publishAdoption(
  workspace: Workspace,
  { view }: LoadedAuthority,
  remote: string | null,
): Promise<OperationId> {
  await keepPublishedChains(workspace);
  const found = await workspace.refs.list(HEDDLE_REFS);
  const own = [...found].filter(([name]) => !name.startsWith(REMOTE_REFS));
  const refs = own.map(([name, id]) => ({ name, old: null, new: id }));
  const added = await setNames(workspace, found.get(TOMBSTONES_REF) ?? null);
  const publisher = await publisherNow(workspace, view.genesis, nobody(workspace, null));
  const { id } = await publish(workspace, publisher, {
    op: 'adopt',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: view.head,
    states: [],
    texts: {
      resource: view.repository,
      paths: [],
      args: { operationId: workspace.said.operationId, verb: { repository: view.repository, remote } },
      refs,
      effects: [],
      inverse: null,
      result: { repository: view.repository, genesis: view.genesis, added },
    },
    standing: true,
    verify: [],
    batch: null,
  });
  return id;
}
