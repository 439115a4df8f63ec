import { formatHex } from '#domain/encoding/bytes.ts';
import { formatId } from '#domain/id.ts';
import { pushRefused, type PushRefusal } from '#domain/receiving/push-refusal.ts';
import { AUTHORITY_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readRecordFiles } from '#usecases/authority/read-record.ts';
import { candidateOf } from './candidate.ts';
import { judgePush, type Push } from './judge-push.ts';

/** What becomes of a push that nothing is wrong with. */
export interface AcceptedPush {
  readonly refs: number;
  /** The genesis that was believed, and is pinned from now on; null where one was pinned before. */
  readonly trusted: string | null;
}

/**
 * Accepts a push, or refuses all of it. A server without a genesis believes the first push that brings one, where it was
 * told to, and pins it before git moves anything: whoever comes second is held to it. Throws `PUSH_REFUSED`.
 */
export async function receivePush(
  server: Workspace,
  push: Pick<Push, 'updates' | 'incoming'>,
  { trustFirst }: { readonly trustFirst: boolean },
): Promise<AcceptedPush> {
  const refs = push.updates.length;
  if ((await server.records.readClone()) !== undefined) {
    await requireSound(judge(server, { ...push, isFirst: false }));
    return { refs, trusted: null };
  }
  if (!trustFirst) throw pushRefused([notEnrolled('no genesis is pinned on this server')]);
  return server.lock.run(async () => {
    // Somebody may have been first meanwhile.
    if ((await server.records.readClone()) !== undefined) {
      await requireSound(judge(server, { ...push, isFirst: false }));
      return { refs, trusted: null };
    }
    const genesis = await offeredGenesis(candidateOf(server, push.updates));
    if (genesis === undefined) throw pushRefused([notEnrolled('the first push brings no authority chain')]);
    const pinned = { cloneId: formatHex(server.random(16)), genesis };
    const assumed = { ...server, records: server.records.assuming(pinned) };
    await requireSound(judgePush(assumed, { ...push, isFirst: true }));
    await server.records.writeClone(pinned);
    return { refs, trusted: genesis };
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
