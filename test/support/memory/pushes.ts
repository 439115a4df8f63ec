import type { RefChange } from '#domain/operation/operation.ts';
import type { IncomingObject } from '#ports/server/incoming.ts';
import { HeddleError } from '#domain/error.ts';
import { RefusedPushError } from '#domain/server/push-refusal.ts';
import type { ToldDenial } from '#domain/server/told-denial.ts';
import { receivePush } from '#usecases/server/receive-push.ts';
import { publishLog } from '../published-log.ts';
import { createMemoryIncoming } from './incoming.ts';
import { createMemoryTurn } from './push-turn.ts';
import { createMemoryRepository, type MemoryRepository } from './workspace.ts';

/** A server that has nothing but a pinned genesis, or nothing at all; it shares the objects of a clone. */
export async function serverOf(origin: MemoryRepository, pinned = true): Promise<MemoryRepository> {
  const server = createMemoryRepository(origin.store);
  const clone = await origin.workspace.records.readClone();
  if (pinned && clone !== undefined)
    await server.workspace.records.writeClone({ ...clone, cloneId: 'server' });
  return server;
}

/** The moves that bring a server to what a clone has, its log published; what the clone lacks stays. */
export async function movesTo(
  server: MemoryRepository,
  { workspace }: Pick<MemoryRepository, 'workspace'>,
): Promise<readonly RefChange[]> {
  await publishLog(workspace);
  const [here, there] = [await workspace.refs.list('refs/'), await server.workspace.refs.list('refs/')];
  return [...here].flatMap(([name, next]) => {
    const old = there.get(name) ?? null;
    return old === next || name.startsWith('refs/heddle/snapshots/') ? [] : [{ name, old, new: next }];
  });
}

/** What git does when a push arrives: it asks, and moves the refs where nothing is wrong. Returns the codes. */
export async function pushed(
  server: MemoryRepository,
  updates: readonly RefChange[],
  options: { readonly trustFirst?: boolean; readonly objects?: readonly IncomingObject[] } = {},
): Promise<readonly string[]> {
  const { workspace } = server;
  const incoming = createMemoryIncoming(workspace.objects, options.objects);
  const turn = createMemoryTurn();
  try {
    await receivePush(
      { ...workspace, turn },
      { updates, incoming },
      { trustFirst: options.trustFirst ?? false },
    );
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'PUSH_REFUSED') throw error;
    // Whoever waits is not kept waiting for a push that comes to nothing.
    if (turn.isTaken()) throw new Error('invariant: a refused push has ended its turn', { cause: error });
    return refusedBy(error);
  }
  const branch = updates.find(({ name }) => name.startsWith('refs/heads/'))?.name ?? null;
  await (await workspace.refs.prepare(updates, [], branch)).commit();
  return [];
}

/** The denials behind a push that is refused. */
export async function denialsOf(
  { workspace }: MemoryRepository,
  updates: readonly RefChange[],
): Promise<readonly ToldDenial[]> {
  const push = { updates, incoming: createMemoryIncoming(workspace.objects) };
  try {
    await receivePush({ ...workspace, turn: createMemoryTurn() }, push, { trustFirst: false });
  } catch (error) {
    if (error instanceof RefusedPushError) return error.denials;
    throw error;
  }
  throw new Error('invariant: it is refused');
}

/** Each refusal, whole. */
function refusedBy({ facts }: HeddleError): readonly string[] {
  const refused: unknown = facts['refused'];
  return Array.isArray(refused) ? refused.map(String) : [];
}
