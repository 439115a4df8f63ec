import type { AuthorityView } from '#domain/authority/authority.ts';
import { BRANCH_REFS, THREAD_REFS } from '#domain/refs.ts';
import type { Incoming, PushAnswer, RemoteUpdate, Transport } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listKept, type RemoteKeeps } from '#usecases/remotes/travelling-refs.ts';
import { planPush, type Chosen, type PushPlan } from './plan-push.ts';
import { unpublishedPrincipals } from './push-logs.ts';
import { refuseLeaving } from './refuse-leaving.ts';
import { refusedPush } from './refused-push.ts';

interface PushSides {
  readonly workspace: Workspace;
  readonly transport: Transport;
  readonly remote: string;
  readonly view: AuthorityView;
  readonly chosen: Chosen;
}

export interface SentPush {
  readonly plan: PushPlan;
  /** Where the remote's threads stood. */
  readonly kept: RemoteKeeps['threads'];
  readonly told: readonly string[];
  readonly waiting: readonly string[];
  readonly said: readonly string[];
}

/**
 * Compares with the remote, and sends what is to move there; records alone first where the receiving side may move threads
 * by itself once it knows them. Whoever is killed between both has pushed less, and the next push goes on.
 */
export async function sendPush(sides: PushSides): Promise<SentPush> {
  const first = await sendPart(sides, {
    pick: ({ first: alone, updates }) => (alone.length > 0 ? alone : updates),
    before: [],
  });
  if (first.plan.first.length === 0) return first;
  const before = first.plan.first.map(({ ref }) => ref);
  const rest = await sendPart(sides, { pick: ({ updates }) => updates, before });
  const records = [...new Set([...first.plan.records, ...rest.plan.records])];
  const updates = [...first.plan.first, ...rest.plan.updates];
  return { ...rest, plan: { ...rest.plan, updates, records }, said: [...first.said, ...rest.said] };
}

interface Part extends Pick<Sending, 'before'> {
  readonly pick: (plan: PushPlan) => readonly RemoteUpdate[];
}

async function sendPart(
  { workspace, transport, remote, view, chosen }: PushSides,
  { pick, before }: Part,
): Promise<SentPush> {
  const { keeps, refs } = await listKept(transport, remote, [BRANCH_REFS]);
  const incoming = await transport.fetch(remote, await unknownTips(workspace, keeps, chosen));
  try {
    const plan = await planPush(workspace, { transport, remote, keeps, refs, incoming }, chosen);
    const told = await refuseLeaving(workspace, { transport, view, plan, known: refs });
    const waiting = await unpublishedPrincipals(workspace);
    const said = await send(transport, { remote, updates: pick(plan), incoming, waiting, before });
    return { plan, kept: keeps.threads, told, waiting, said };
  } finally {
    await incoming.close();
  }
}

/** What has to be read to compare: all but threads and branches that are not pushed. */
async function unknownTips(
  workspace: Workspace,
  keeps: RemoteKeeps,
  { threads }: Chosen,
): Promise<readonly string[]> {
  const here = new Set((await workspace.refs.list('refs/heddle/')).values());
  const wanted = [
    keeps.authority,
    keeps.tombstones,
    ...keeps.sets.values(),
    ...keeps.logs.values(),
    ...threads.map((thread) => keeps.threads.get(thread) ?? null),
  ];
  return [...new Set(wanted.filter((tip) => tip !== null))].filter((tip) => !here.has(tip));
}

interface Sending {
  readonly remote: string;
  /** Who has not published what they did here with another home. */
  readonly waiting: readonly string[];
  readonly updates: readonly RemoteUpdate[];
  readonly incoming: Incoming;
  /** Refs that stand at the remote by now. */
  readonly before: readonly string[];
}

/** What the receiving side said. Throws `REMOTE_MOVED`, `PUSH_REFUSED`. */
async function send(
  transport: Transport,
  { remote, updates, incoming, waiting, before }: Sending,
): Promise<readonly string[]> {
  if (updates.length === 0) return [];
  const answer = await transport.push(remote, updates, { atomic: true, beside: incoming });
  if (answer !== 'not-atomic') return requireMoved(remote, answer, { before, waiting });
  const said: string[] = [];
  const moved = [...before];
  for (const some of inSafeOrder(updates)) {
    const part = await transport.push(remote, some, { atomic: false, beside: incoming });
    if (part === 'not-atomic') continue;
    said.push(...requireMoved(remote, part, { before: moved, waiting }));
    moved.push(...part.moved);
  }
  return said;
}

/** What others are judged by, then threads, then branches. */
function inSafeOrder(updates: readonly RemoteUpdate[]): readonly (readonly RemoteUpdate[])[] {
  const isThread = ({ ref }: RemoteUpdate): boolean => ref.startsWith(THREAD_REFS);
  const isBranch = ({ ref }: RemoteUpdate): boolean => ref.startsWith('refs/heads/');
  return [
    updates.filter((update) => !isThread(update) && !isBranch(update)),
    updates.filter(isThread),
    updates.filter(isBranch),
  ].filter((some) => some.length > 0);
}

function requireMoved(
  remote: string,
  { moved, refused, said }: PushAnswer,
  { before, waiting }: Pick<Sending, 'before' | 'waiting'>,
): readonly string[] {
  const first = refused.find(({ kind }) => kind !== 'other') ?? refused[0];
  if (first === undefined) return said;
  throw refusedPush(remote, { first, refused, said, stands: [...before, ...moved], waiting });
}
