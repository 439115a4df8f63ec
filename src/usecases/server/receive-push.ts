import { formatHex } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import { pushRefused, type PushRefusal } from '#domain/server/push-refusal.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { PushTurn } from '#ports/server/push-turn.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readRecordFiles } from '#usecases/authority/read-record.ts';
import { rememberingSignatures } from '#usecases/states/memory/remember-signatures.ts';
import { candidateOf } from './candidate.ts';
import { judgePush, type Push } from './judge-push.ts';
import { noteMoves } from './push-notes.ts';

/** What becomes of a push that nothing is wrong with. */
export interface AcceptedPush {
  readonly refs: number;
  /** The genesis that was believed, and is pinned from now on; null where one was pinned before. */
  readonly trusted: string | null;
}

type Server = Workspace & { readonly turn: PushTurn };
type Pushed = Pick<Push, 'updates' | 'incoming'>;

/**
 * Accepts a push, or refuses all of it. No other push is judged until git has moved what this one asks for; one that is
 * refused ends its turn at once. A server without a genesis believes the first push that brings one, where it was
 * told to, and pins it before git moves anything: whoever comes second is held to it. Throws `PUSH_REFUSED`,
 * `LOCK_HELD` where others' turns take too long.
 */
export async function receivePush(
  server: Server,
  push: Pushed,
  options: { readonly trustFirst: boolean },
): Promise<AcceptedPush> {
  await server.turn.begin();
  try {
    await requireCurrent(server, push);
    // Of a push that is refused nothing is remembered.
    const trusted = await rememberingSignatures(
      server,
      (reading) => accept(reading, push, options),
      'authority',
    );
    await noteMoves(server, push.updates);
    // What is remembered is signed by the server's own key, which lies in its home.
    await server.replica();
    return { refs: push.updates.length, trusted };
  } catch (error) {
    await server.turn.end();
    throw error;
  }
}

/**
 * Each ref is moved from where it stands. A pusher chooses what it says about that, and git holds against it only ref
 * by ref, after the hook: what was judged together might come in part.
 */
async function requireCurrent({ refs }: Workspace, { updates }: Pushed): Promise<void> {
  const found = await refs.list('refs/');
  const moved = updates.filter(({ name, old }) => (found.get(name) ?? null) !== old);
  if (moved.length === 0) return;
  throw pushRefused(
    moved.map(({ name }) => ({
      code: 'REF_MOVED',
      subject: name,
      message: 'it stands elsewhere than where the push moves it from',
    })),
  );
}

/** The genesis that was believed, and is pinned from now on; null where one was pinned before. */
async function accept(
  server: Server,
  push: Pushed,
  { trustFirst }: { readonly trustFirst: boolean },
): Promise<string | null> {
  if ((await server.records.readClone()) !== undefined) {
    await requireSound(judge(server, { ...push, isFirst: false }));
    return null;
  }
  if (!trustFirst) throw pushRefused([notEnrolled('no genesis is pinned on this server')]);
  return server.lock.run(async () => {
    // Somebody may have been first meanwhile.
    if ((await server.records.readClone()) !== undefined) {
      await requireSound(judge(server, { ...push, isFirst: false }));
      return null;
    }
    const genesis = await offeredGenesis(candidateOf(server, push.updates));
    if (genesis === undefined) throw pushRefused([notEnrolled('the first push brings no authority chain')]);
    const pinned = { cloneId: formatHex(server.random(16)), genesis };
    const assumed = { ...server, records: server.records.assuming(pinned) };
    await requireSound(judgePush(assumed, { ...push, isFirst: true }));
    await server.records.writeClone(pinned);
    return genesis;
  });
}

/** A pinned genesis whose chain nobody brought yet. */
async function judge(server: Workspace, push: Push): Promise<readonly PushRefusal[]> {
  const brings = push.updates.some(({ name }) => name === AUTHORITY_REF);
  return !brings && (await server.refs.read(AUTHORITY_REF)) === undefined
    ? [notEnrolled('the server has no authority chain yet: the first push has to bring it')]
    : judgePush(server, push);
}

async function offeredGenesis(candidate: Workspace): Promise<string | undefined> {
  const head = await candidate.refs.read(AUTHORITY_REF);
  if (head === undefined) return undefined;
  const [first] = await readRecordFiles(candidate.objects, head);
  return first === undefined ? undefined : formatId('hg', candidate.hasher.hash('authority', first.record));
}

function notEnrolled(message: string): PushRefusal {
  return { code: 'NOT_ENROLLED', subject: AUTHORITY_REF, message };
}

async function requireSound(judged: Promise<readonly PushRefusal[]>): Promise<void> {
  const refusals = await judged;
  if (refusals.length > 0) throw pushRefused(refusals);
}
