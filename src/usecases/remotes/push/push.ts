import type { AuthorityView } from '#domain/authority/authority.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import type { OperationId } from '#domain/id.ts';
import type { RefChange } from '#domain/operation/operation.ts';
import { THREAD_REFS } from '#domain/refs.ts';
import type { PushResult } from '#domain/results/boundary/remote-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { openTransport } from '#usecases/remotes/fallback-transport.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { isEndorsed } from '#usecases/receive/publish-adoption.ts';
import { requireAllowedRemote } from '#usecases/remotes/require-allowed-remote.ts';
import { trackedRef } from '#usecases/remotes/travelling-refs.ts';
import { threadHeads } from '#usecases/states/walk-states.ts';
import { mutate, readGround, requireAllowed } from '#usecases/transaction/mutate.ts';
import type { Ask, Ground, Mutation } from '#usecases/transaction/plan.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { landedThreads } from './landed-threads.ts';
import { passOnAlone } from './pass-on-alone.ts';
import type { Chosen, PushPlan } from './plan-push.ts';
import { closeOwnLog, unpublishedNote } from './push-logs.ts';
import { pushedResources } from './pushed-resources.ts';
import { redactedThreads, unsentNotes, type RedactedThreads } from './redacted-threads.ts';
import { sendPush } from './send-push.ts';

export interface PushOptions {
  readonly remote: string;
  /** Empty where none was named. */
  readonly threads: readonly string[];
  readonly branches: readonly string[];
  /** Every thread of this clone. */
  readonly all: boolean;
}

export interface Pushed {
  readonly result: PushResult;
  readonly notes: readonly string[];
}

/**
 * Pushes threads and branches, with everything that they are judged by: authority, tombstones, requests, reviews,
 * imports, logs. All of it in one step where the receiving side can, else in an order in which nothing is visible before what
 * it stands on. It is asked first; the network is not waited for with the lock held, and the line comes when the remote
 * has answered. Killed anywhere, the remote has old or new, and the next push finishes.
 */
export async function push(workspace: Workspace, options: PushOptions): Promise<Pushed> {
  const { remote } = options;
  const redacted = await redactedThreads(workspace, remote);
  const chosen = await choose(workspace, options, redacted);
  const transport = await openTransport(workspace);
  const addresses = await transport.pushAddresses(remote);
  const asked = askFirst(workspace, remote, { chosen, addresses });
  const { notes, view } = await asked.catch(async (error: unknown) => {
    throw await passOnAlone(workspace, error, { transport, remote });
  });
  const sending = { workspace, transport, remote, view, chosen };
  const { plan, kept, told, waiting, said } = await sendPush(sending);
  const operation = await writeDown(workspace, { remote, chosen, plan });
  const { threads, branches, records } = plan;
  return {
    result: { remote, threads, branches, records, said, operation },
    notes: [
      ...notes,
      ...told,
      ...waiting.map(unpublishedNote),
      ...unsentNotes(redacted, { remote, kept, sent: chosen.threads }),
      ...(transport.foundOut ? [onBranch(remote)] : []),
    ],
  };
}

function onBranch(remote: string): string {
  return `${remote} refuses refs/heddle: what was pushed is in its branch heddle/refs, where pull and clone find it`;
}

/** Named ones; else all; else the one of this worktree, those landed on the branches, and those that tombstones touch. */
async function choose(
  workspace: Workspace,
  options: PushOptions,
  redacted: RedactedThreads,
): Promise<Chosen> {
  const { all } = options;
  const branches = [...new Set(options.branches)];
  const heads = await threadHeads(workspace);
  if (all) return { threads: [...heads.keys()].toSorted(), branches, all };
  if (options.threads.length > 0) return { threads: [...new Set(options.threads)].toSorted(), branches, all };
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  const meant = new Set([...(await landedThreads(workspace, options.remote, branches)), ...redacted.there]);
  if (position !== undefined) meant.add(position.thread);
  return { threads: [...meant].filter((thread) => heads.has(thread)).toSorted(), branches, all };
}

/** At each thread; at the whole repository for a branch, and where records alone are pushed. */
function asksOf({ authority }: Ground, { threads, branches }: Chosen): readonly [Ask, ...Ask[]] {
  const { repository } = authority.view;
  const resources = pushedResources(repository, { threads, branches });
  return [{ operation: 'remote:push', resources }];
}

/** @param about.result names the remote only where it was reached: by that other verbs know what it has. */
function mutationOf(
  { remote, chosen, result }: { readonly remote: string; readonly chosen: Chosen; readonly result: Json },
  plan: (ground: Ground) => Promise<readonly RefChange[] | null>,
): Mutation<Json> {
  const args = { remote, threads: [...chosen.threads], branches: [...chosen.branches] };
  return {
    op: 'push',
    args,
    asksPassphrase: false,
    propose: async (ground) => {
      const refs = await plan(ground);
      if (refs === null) return { kind: 'nothing', result };
      const [ask, ...also] = asksOf(ground, chosen);
      const inverse = null;
      return {
        kind: 'ask',
        ask,
        also,
        plan: async () => Promise.resolve({ states: [], refs, effects: [], inverse, paths: [], result }),
      };
    },
  };
}

/** Whoever may not push is refused before anybody is called; then what is done here is published up to now. */
async function askFirst(
  workspace: Workspace,
  remote: string,
  { chosen, addresses }: { readonly chosen: Chosen; readonly addresses: readonly string[] },
): Promise<{ readonly notes: readonly string[]; readonly view: AuthorityView }> {
  requireAllowedRemote((await knowAuthority(workspace)).view, remote, addresses);
  await endorseFirst(workspace, remote, chosen);
  return workspace.lock.run(async () => {
    const notes = await recover(workspace);
    const ground = await readGround(workspace);
    const mutation = mutationOf({ remote, chosen, result: null }, async () => Promise.resolve([]));
    const proposal = await mutation.propose(ground);
    const { view } = ground.authority;
    if (proposal.kind === 'nothing') return { notes, view };
    const { warnings } = await requireAllowed(workspace, ground, { mutation, proposal });
    requireAllowedRemote(view, remote, addresses);
    await closeOwnLog(workspace, ground);
    return { notes: [...notes, ...warnings], view };
  });
}

/**
 * Nobody believes a log before a principal answered for its clone, which any line that changes something does. In a clone
 * where nothing was done since it began, this is the first.
 */
async function endorseFirst(workspace: Workspace, remote: string, chosen: Chosen): Promise<void> {
  if (await isEndorsed(workspace)) return;
  // The caller's operation is the push, which has yet to arrive.
  await mutate<Json>(
    { ...workspace, said: { ...workspace.said, operationId: null } },
    mutationOf({ remote, chosen, result: null }, async () => Promise.resolve([])),
  );
}

/** One line, and what the remote was seen with; null where both tell it already. */
async function writeDown(
  workspace: Workspace,
  { remote, chosen, plan }: { readonly remote: string; readonly chosen: Chosen; readonly plan: PushPlan },
): Promise<OperationId | null> {
  const mutation = mutationOf({ remote, chosen, result: { remote } }, async () => {
    const refs: RefChange[] = [];
    for (const [thread, head] of plan.heads) {
      const name = trackedRef(remote, THREAD_REFS + thread);
      const old = (await workspace.refs.read(name)) ?? null;
      if (old !== head) refs.push({ name, old, new: head });
    }
    return refs.length + plan.updates.length === 0 ? null : refs;
  });
  return (await mutate(workspace, mutation)).operation;
}
