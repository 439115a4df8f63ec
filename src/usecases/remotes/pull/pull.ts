import type { OperationId, TombstoneId } from '#domain/id.ts';
import type { Effect, RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, REMOTE_REFS, THREAD_REFS } from '#domain/refs.ts';
import type { Finding } from '#domain/result-parts.ts';
import type { PullResult } from '#domain/results/boundary/remote-results.ts';
import type { Instant } from '#domain/time.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { openTransport } from '#usecases/remotes/fallback-transport.ts';
import type { LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { keepHidden } from '#usecases/receive/carry-out.ts';
import { withIncoming } from '#usecases/remotes/laid-over-refs.ts';
import { listKept, trackedRef, type RemoteKeeps } from '#usecases/remotes/travelling-refs.ts';
import { readState } from '#usecases/states/read-state.ts';
import { publish, publisherNow } from '#usecases/transaction/publish.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import { verifyTombstoneSet } from '#usecases/verify/verify-tombstone-set.ts';
import { bringForward, staying, type BroughtForward } from './bring-forward.ts';
import { joinSets } from './join-sets.ts';
import { judgeThreads, type JudgedThreads } from './judge-threads.ts';
import { takeAuthority } from './take-authority.ts';
import { takeRemovals } from './take-removals.ts';

export interface Pulled {
  readonly result: PullResult;
  readonly notes: readonly string[];
}

/**
 * Takes over what a remote keeps of heddle: the authority chain, joined where both went on, tombstones one by one and at
 * once what they ask, logs where they go on, sets by union, threads where they moved forward. What is fetched waits
 * beside the store until it is judged; only what is accepted, with removed content taken out, ever enters it. One
 * operation for all; killed anywhere, all of it is there or none.
 */
export async function pull(workspace: Workspace, remote: string): Promise<Pulled> {
  const transport = await openTransport(workspace);
  const { keeps } = await listKept(transport, remote);
  const incoming = await transport.fetch(remote, await unknownTips(workspace, keeps));
  try {
    return await workspace.lock.run(() => takeOver(workspace, incoming, { remote, keeps }));
  } finally {
    await incoming.close();
  }
}

/** What a ref of this clone leads to is there, with all below it. */
async function unknownTips(workspace: Workspace, keeps: RemoteKeeps): Promise<readonly ObjectId[]> {
  const here = new Set((await workspace.refs.list('refs/heddle/')).values());
  const logs = keeps.logs.values();
  const tips = [
    keeps.authority,
    keeps.tombstones,
    ...keeps.sets.values(),
    ...logs,
    ...keeps.threads.values(),
  ];
  return [...new Set(tips.filter((tip) => tip !== null))].filter((tip) => !here.has(tip));
}

interface Offer {
  readonly remote: string;
  readonly keeps: RemoteKeeps;
}

async function takeOver(workspace: Workspace, incoming: Incoming, offer: Offer): Promise<Pulled> {
  const { remote, keeps } = offer;
  const notes = await recover(workspace);
  const taken = await takeAuthority(workspace, incoming, keeps.authority);
  const { authority } = taken;
  const refs = new Map<string, string | null>([[AUTHORITY_REF, authority.headCommit]]);
  for (const [thread, carrier] of keeps.threads) refs.set(tracked(remote, thread), carrier);
  const laid = (): Workspace => withIncoming(workspace, incoming, refs);
  // They stand on records of the remote's chain: where that is refused, nobody could verify them here.
  const offered = { tombstones: keeps.tombstones, logs: taken.findings.length > 0 ? new Map() : keeps.logs };
  const lay = { workspace, incoming, view: authority.view, refs };
  const { tombstones, logs } = await takeRemovals(lay, offered);
  for (const [name, id] of [...tombstones.refs, ...logs.refs]) refs.set(name, id);
  const sets = await joinSets(laid(), keeps.sets, tombstones.set);
  for (const [name, id] of sets.refs) refs.set(name, id);
  const threads = await takeThreads(workspace, incoming, { ...offer, refs });
  for (const [name, carrier] of threads.moves) refs.set(name, carrier);
  for (const thread of threads.refused) refs.delete(tracked(remote, thread));
  for (const name of await gone(workspace, offer)) refs.set(name, null);
  // Before the line: bytes are never gone without a tombstone, nor a tombstone there without them.
  await keepHidden(laid(), tombstones.todo);
  const published = await publishPulled(workspace, incoming, {
    remote,
    authority,
    refs,
    threads: threads.threads,
    effects: tombstones.effects,
    added: tombstones.added,
    after: logs.lamport,
  });
  const result = {
    remote,
    authority: taken.advanced,
    beaten: taken.beaten,
    tombstones: { added: tombstones.added, applied: tombstones.applied },
    sets: sets.joined,
    lines: logs.lines,
    threads: threads.threads,
    findings: [
      ...keeps.findings,
      ...taken.findings,
      ...tombstones.findings,
      ...logs.findings,
      ...sets.findings,
      ...threads.findings,
    ] satisfies readonly Finding[],
    operation: published.operation,
  };
  return { result, notes: [...notes, ...tombstones.notes, ...logs.notes, ...published.notes] };
}

function tracked(remote: string, thread: string): string {
  return trackedRef(remote, THREAD_REFS + thread);
}

async function takeThreads(
  workspace: Workspace,
  incoming: Incoming,
  { remote, keeps, refs }: Offer & { readonly refs: ReadonlyMap<string, string | null> },
): Promise<JudgedThreads> {
  const laid = withIncoming(workspace, incoming, refs);
  const authority = await verifyAuthority(laid, new VerifyReport());
  if (authority === undefined)
    return { threads: [], moves: new Map(), refused: new Set<string>(), findings: [] };
  const tombstones = await verifyTombstoneSet(laid, new VerifyReport(), authority);
  const offered = [...keeps.threads.keys()].flatMap((thread) => {
    const carrier = refs.get(tracked(remote, thread));
    return typeof carrier === 'string' ? [[thread, carrier] as const] : [];
  });
  const withThread = (thread: string, carrier: ObjectId): Workspace =>
    withIncoming(workspace, incoming, new Map([...refs, [THREAD_REFS + thread, carrier]]));
  return judgeThreads({ laid, withThread, authority, tombstones }, new Map(offered));
}

/** Names under which the remote has nothing any more. */
async function gone(workspace: Workspace, { remote, keeps }: Offer): Promise<readonly string[]> {
  const prefix = `${REMOTE_REFS}${remote}/threads/`;
  const known = [...(await workspace.refs.list(prefix)).keys()];
  return known.filter((name) => !keeps.threads.has(name.slice(prefix.length)));
}

interface Accepted {
  readonly remote: string;
  readonly authority: LoadedAuthority;
  /** Where refs are to stand. */
  readonly refs: ReadonlyMap<string, string | null>;
  readonly threads: JudgedThreads['threads'];
  readonly effects: readonly Effect[];
  readonly added: readonly TombstoneId[];
  /** The newest clock among the lines of others. */
  readonly after: number;
}

/** What a remote was seen with moves without a line, where it is all that moves. */
async function publishPulled(
  workspace: Workspace,
  incoming: Incoming,
  { remote, authority, refs, threads, effects, added, after }: Accepted,
): Promise<{ readonly operation: OperationId | null; readonly notes: readonly string[] }> {
  const changes = await changesTo(workspace, refs);
  await incoming.keep([...new Set(changes.flatMap((change) => change.new ?? []))]);
  const tells = effects.length > 0 || changes.some(({ name }) => !name.startsWith(REMOTE_REFS));
  if (!tells) {
    if (changes.length > 0) await (await workspace.refs.prepare(changes, [])).commit();
    return { operation: null, notes: [] };
  }
  const states: StateOf[] = [];
  for (const { name, new: next } of changes) {
    if (name.startsWith(THREAD_REFS) && next !== null) states.push((await readState(workspace, next)).id);
  }
  const caller = await identifyCaller(workspace, authority.view);
  const publisher = await publisherNow(workspace, authority.view.genesis, caller);
  const forward = await followThread(workspace, { threads, changes, effects, at: publisher.now });
  const still = changes.some(({ name }) => name === AUTHORITY_REF);
  const { id } = await publish(workspace, publisher, {
    op: 'pull',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: authority.view.head,
    states,
    texts: {
      resource: authority.view.repository,
      paths: [],
      args: { operationId: workspace.said.operationId, verb: { remote } },
      refs: [...changes, ...forward.refs],
      effects: [...effects, ...forward.effects],
      inverse: null,
      result: { remote, added },
    },
    verify: still ? [] : [{ name: AUTHORITY_REF, old: authority.headCommit, new: authority.headCommit }],
    batch: forward.batch,
    after,
  });
  return { operation: id, notes: forward.stays === null ? [] : [forward.stays] };
}

/** Where tombstones take something out of worktrees, these are left to them. */
async function followThread(
  workspace: Workspace,
  {
    threads,
    changes,
    effects,
    at,
  }: {
    readonly threads: JudgedThreads['threads'];
    readonly changes: readonly RefChange[];
    readonly effects: readonly Effect[];
    readonly at: Instant;
  },
): Promise<BroughtForward> {
  const named = new Map(changes.map(({ name, new: next }) => [name, next]));
  const carriers = new Map(
    threads.flatMap(({ thread }) => {
      const next = named.get(THREAD_REFS + thread);
      return typeof next === 'string' ? [[thread, next] as const] : [];
    }),
  );
  const position = await workspace.records.readPosition(workspace.places.gitDir);
  const moved = threads.find(({ thread, outcome }) => thread === position?.thread && outcome === 'advanced');
  if (moved !== undefined && effects.length > 0)
    return staying(moved, 'something was taken out of its files');
  return bringForward(workspace, threads, { carriers, at });
}

type StateOf = Awaited<ReturnType<typeof readState>>['id'];

async function changesTo(
  { refs: store }: Workspace,
  refs: ReadonlyMap<string, string | null>,
): Promise<readonly RefChange[]> {
  const changes: RefChange[] = [];
  for (const [name, next] of refs) {
    const old = (await store.read(name)) ?? null;
    if (old !== next) changes.push({ name, old, new: next });
  }
  return changes;
}
