import { HeddleError } from '#domain/error.ts';
import type { AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF, HEDDLE_REFS, THREAD_REFS } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { openTransport } from './fallback-transport.ts';
import { adopt, refuseBegunClone, type Adopted, type Arrival } from '#usecases/receive/adopt.ts';
import { remotesOf } from './choose-remote.ts';
import { withIncoming } from './laid-over-refs.ts';
import { listKept, trackedRef } from './travelling-refs.ts';

/** What to begin with: null stands for what is there, or for the remote that is meant; and for any genesis. */
export interface AdoptOptions {
  readonly remote: string | null;
  readonly genesis: AuthorityId | null;
}

/**
 * Begins with what was fetched into `refs/heddle/` by hand; where nothing was, or a remote is named, that is fetched
 * first. Throws `ADOPT_REFUSED`, `ALREADY_INITIALISED`, and what the transport throws.
 */
export async function adoptOrTake(workspace: Workspace, { remote, genesis }: AdoptOptions): Promise<Adopted> {
  if (remote !== null) return takeAll(workspace, remote, genesis);
  const isThere = (await workspace.refs.read(AUTHORITY_REF)) !== undefined;
  if (isThere) return adopt(workspace, genesis);
  const { meant, names } = await remotesOf(workspace);
  if (meant !== undefined) return takeAll(workspace, meant, genesis);
  throw new HeddleError('ADOPT_REFUSED', 'nothing was fetched from another clone, and no remote is meant', {
    facts: { ref: AUTHORITY_REF, remotes: names, advice: names.length === 0 ? NO_REMOTE : NAME_ONE },
    preserved: 'nothing was changed',
  });
}

const NO_REMOTE =
  'say where it is kept with `heddle remote add origin URL`, then `heddle init --adopt`; `heddle init` alone begins anew';
const NAME_ONE = 'say which with `heddle init --adopt --remote NAME`';

/**
 * Fetches everything that a remote keeps of heddle into a clone that has not begun, verifies all of it while it waits
 * beside the store, and adopts it then. Refs that are there already stay as they are. Killed anywhere, the clone has not
 * begun, or has; calling it again goes on. Throws `ADOPT_REFUSED`, `ALREADY_INITIALISED`, and what the transport throws.
 */
export async function takeAll(
  workspace: Workspace,
  remote: string,
  genesis: AuthorityId | null,
): Promise<Adopted> {
  await refuseBegunClone(workspace);
  const transport = await openTransport(workspace);
  const { keeps, refs } = await listKept(transport, remote);
  if (keeps.authority === null) {
    throw new HeddleError('ADOPT_REFUSED', 'the remote keeps nothing of heddle', {
      facts: { remote, ref: AUTHORITY_REF, advice: NOTHING_KEPT },
      preserved: 'nothing was changed',
    });
  }
  const taken = [...refs].filter(([name]) => name.startsWith(HEDDLE_REFS) && !name.startsWith(THREAD_REFS));
  const threads = [...keeps.threads].map(([thread, id]) => [THREAD_REFS + thread, id] as const);
  const followed = threads.map(([name, id]) => [trackedRef(remote, name), id] as const);
  const offered = new Map([...taken, ...threads, ...followed]);
  const incoming = await transport.fetch(remote, [...new Set(offered.values())]);
  try {
    return await adopt(workspace, genesis, (clone) => layOver(clone, incoming, { remote, offered }));
  } finally {
    await incoming.close();
  }
}

const NOTHING_KEPT =
  'who keeps it sends it there with `heddle push --all`; in a clone that git made `heddle init` begins anew';

/** The clone with what was fetched, where it has no ref of that name yet, and what takes it over. */
async function layOver(
  workspace: Workspace,
  incoming: Incoming,
  { remote, offered }: { readonly remote: string; readonly offered: ReadonlyMap<string, ObjectId> },
): Promise<Arrival> {
  const found = await workspace.refs.list(HEDDLE_REFS);
  const added = new Map([...offered].filter(([name]) => !found.has(name)));
  return arrivalOf(workspace, incoming, { remote, added });
}

function arrivalOf(
  workspace: Workspace,
  incoming: Incoming,
  { remote, added }: { readonly remote: string; readonly added: ReadonlyMap<string, ObjectId> },
): Arrival {
  const settle = async (): Promise<void> => {
    await incoming.keep([...new Set(added.values())]);
    const changes = [...added].map(([name, id]) => ({ name, old: null, new: id }));
    // The authority comes last: where it is, all the others are, whenever this was killed.
    for (const part of [
      changes.filter(({ name }) => name !== AUTHORITY_REF),
      changes.filter(({ name }) => name === AUTHORITY_REF),
    ])
      if (part.length > 0) await (await workspace.refs.prepare(part, [])).commit();
  };
  const without = (refs: readonly string[]): Arrival => {
    const out = new Set([...refs, ...refs.map((ref) => trackedRef(remote, ref))]);
    const rest = new Map([...added].filter(([name]) => !out.has(name)));
    return arrivalOf(workspace, incoming, { remote, added: rest });
  };
  return { looksLike: withIncoming(workspace, incoming, added), remote, settle, without };
}
