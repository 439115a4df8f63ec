import { shellWord } from '#domain/encoding/shell-line.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { AUTHORITY_REF, BRANCH_REFS, oplogRef } from '#domain/refs.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { RemoteUpdate, Transport } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';
import { decodeEntry, loadAuthority, type LoadedAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller } from '#usecases/caller/identify.ts';
import { listKept, type RemoteKeeps } from '#usecases/remotes/travelling-refs.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { closeOwnLog, logUpdates } from './push-logs.ts';
import { refuseLeaving } from './refuse-leaving.ts';

/** A record that only takes away, and what is said of it. */
interface Taking {
  /** Where it is in the chain. */
  readonly commit: ObjectId;
  readonly told: string;
  /** Why it is not passed on to a remote whose chain went another way, and what helps. */
  readonly apart: string;
}

/**
 * Whoever ended their own keys may push no more, nor may who froze the repository and is no owner; and that they did
 * nobody else knows. What only takes away is told all the same: the authority chain and this clone's log, and nothing
 * else, where the chain has that record and goes on from what the remote has. Returns the refusal, which says what
 * became of it; any other one as it is.
 */
export async function passOnAlone(
  workspace: Workspace,
  refused: unknown,
  { transport, remote }: { readonly transport: Transport; readonly remote: string },
): Promise<unknown> {
  if (!(refused instanceof DeniedError)) return refused;
  const { recorded } = refused;
  const mine = await loadAuthority(workspace);
  const taking = await takingOf(workspace, mine, { ...recorded.denial, remote });
  if (taking === undefined) return refused;
  const { keeps, refs } = await listKept(transport, remote, [BRANCH_REFS]);
  const theirs = keeps.authority;
  if (theirs !== null && isIn(mine, theirs, taking.commit)) return refused;
  const told = (some: Partial<typeof recorded>): DeniedError => new DeniedError({ ...recorded, ...some });
  const apart = told({ denial: { ...recorded.denial, why: taking.apart } });
  if (theirs !== null && !mine.files.some(({ commit }) => commit === theirs)) return apart;
  const updates = [
    { ref: AUTHORITY_REF, old: theirs, new: mine.headCommit },
    ...(await ownLog(workspace, keeps.logs)),
  ];
  const plan = { updates, threads: [], branches: [], first: [], records: [], heads: new Map() };
  await refuseLeaving(workspace, { transport, view: mine.view, plan, known: refs });
  const incoming = await transport.fetch(remote, []);
  try {
    const answer = await transport.push(remote, updates, { atomic: true, beside: incoming });
    const isThere = answer !== 'not-atomic' && answer.moved.includes(AUTHORITY_REF);
    return isThere ? told({ preserved: taking.told }) : apart;
  } finally {
    await incoming.close();
  }
}

/** Whether a chain that ends with one record has the other one. */
function isIn({ fold }: LoadedAuthority, head: ObjectId, record: ObjectId): boolean {
  const [last, asked] = [fold.idOf(head), fold.idOf(record)];
  return last !== undefined && asked !== undefined && fold.graph.knows(last, asked);
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

/** Whoever has no token at all only says who they are. */
async function takingOf(
  workspace: Workspace,
  mine: LoadedAuthority,
  {
    code,
    principal,
    remote,
  }: { readonly code: string; readonly principal: string | null; readonly remote: string },
): Promise<Taking | undefined> {
  if (principal === null) return undefined;
  if (code === 'CREDENTIAL_REVOKED') return endedKeys(mine, principal);
  if (code !== 'FROZEN') return undefined;
  const { chain } = await identifyCaller(workspace, mine.view);
  // In person: an agent of theirs may have been handed nothing that leaves this clone.
  const isOwn = chain?.authority.principal === principal && chain.blocks.length === 1;
  return isOwn ? frozenBy(mine, principal, remote) : undefined;
}

function endedKeys({ files, headCommit }: LoadedAuthority, principal: string): Taking | undefined {
  const last = files.find(({ commit }) => commit === headCommit);
  if (last === undefined) return undefined;
  const { by, body } = decodeEntry(last).record;
  if (by !== principal || body.kind !== 'key' || body.action !== 'revoke' || body.principal !== by)
    return undefined;
  return {
    commit: headCommit,
    told: 'only the revocation of these keys was pushed',
    apart: `the remote does not take over from here that ${principal} ended the root key that signed it: an admin ends it in another clone (heddle key revoke), and registers others there (heddle key add); ${principal} goes on in a new clone`,
  };
}

/** The freeze in force, where it is theirs. */
function frozenBy({ files, view }: LoadedAuthority, principal: string, remote: string): Taking | undefined {
  const freeze = files.findLast((file) => {
    const { by, at, body } = decodeEntry(file).record;
    return by === principal && body.kind === 'freeze' && at === view.frozen?.since;
  });
  if (freeze === undefined) return undefined;
  return {
    commit: freeze.commit,
    told: 'only the freeze was pushed',
    apart: `the remote has records of authority that this clone has not: \`heddle pull ${shellWord(remote)}\` joins them, then \`heddle push ${shellWord(remote)}\` passes the freeze on`,
  };
}
