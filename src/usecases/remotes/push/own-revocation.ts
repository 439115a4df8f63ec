import { DeniedError } from '#domain/decision/denied-error.ts';
import { AUTHORITY_REF, BRANCH_REFS, oplogRef } from '#domain/refs.ts';
import type { RemoteUpdate, Transport } from '#ports/remotes/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { listKept, type RemoteKeeps } from '#usecases/remotes/travelling-refs.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { closeOwnLog, logUpdates } from './push-logs.ts';
import { refuseLeaving } from './refuse-leaving.ts';

/**
 * Whoever ended their own keys may push no more, and that they did nobody else knows. What only takes away is told all
 * the same: the authority chain and this clone's log, and nothing else, where the chain ends with that record and goes on
 * from what the remote has. Returns the refusal, which says what became of it; any other one as it is.
 */
export async function tellRevocation(
  workspace: Workspace,
  refused: unknown,
  { transport, remote }: { readonly transport: Transport; readonly remote: string },
): Promise<unknown> {
  if (!(refused instanceof DeniedError)) return refused;
  const { recorded } = refused;
  const { code, principal } = recorded.denial;
  // Whoever has no token at all only says who they are.
  if (code !== 'CREDENTIAL_REVOKED' || principal === null) return refused;
  const mine = await loadAuthority(workspace);
  if (!endsOwnKeys(mine, principal)) return refused;
  const { keeps, refs } = await listKept(transport, remote, [BRANCH_REFS]);
  const theirs = keeps.authority;
  if (theirs === mine.headCommit) return refused;
  const told = (some: Partial<typeof recorded>): DeniedError => new DeniedError({ ...recorded, ...some });
  const apart = told({ denial: { ...recorded.denial, why: elsewhere(principal) } });
  if (theirs !== null && !mine.files.some(({ commit }) => commit === theirs)) return apart;
  const updates = [
    { ref: AUTHORITY_REF, old: theirs, new: mine.headCommit },
    ...(await ownLog(workspace, keeps.logs)),
  ];
  const plan = { updates, threads: [], branches: [], records: [], heads: new Map() };
  await refuseLeaving(workspace, { transport, view: mine.view, plan, known: refs });
  const incoming = await transport.fetch(remote, []);
  try {
    const answer = await transport.push(remote, updates, { atomic: true, beside: incoming });
    const isThere = answer !== 'not-atomic' && answer.moved.includes(AUTHORITY_REF);
    return isThere ? told({ preserved: 'only the revocation of these keys was pushed' }) : apart;
  } finally {
    await incoming.close();
  }
}

/** A server takes a record where a line says who made it. */
async function ownLog(workspace: Workspace, theirs: RemoteKeeps['logs']): Promise<readonly RemoteUpdate[]> {
  const { replica } = await workspace.lock.run(async () => {
    const ground = await readGround(workspace);
    await closeOwnLog(workspace, ground);
    return ground.replica;
  });
  const updates = await logUpdates(workspace, theirs);
  return updates.filter(({ ref }) => ref === oplogRef(replica));
}

function endsOwnKeys({ files, headCommit }: LoadedAuthority, principal: string): boolean {
  const last = files.find(({ commit }) => commit === headCommit);
  if (last === undefined) return false;
  const { by, body } = decodeEntry(last).record;
  return by === principal && body.kind === 'key' && body.action === 'revoke' && body.principal === by;
}

/** This clone's chain can be joined with theirs by nobody whom it still knows to have keys here. */
function elsewhere(principal: string): string {
  return `the remote does not take over from here that ${principal} ended the root key that signed it: an admin ends it in another clone (heddle key revoke), and registers others there (heddle key add); ${principal} goes on in a new clone`;
}
