import type { AuthorityId, OperationId } from '#domain/id.ts';
import { encodeOperationTexts, operationSigningHash } from '#domain/operation/operation-codec.ts';
import type {
  LoggedOperation,
  OperationKind,
  OperationLine,
  OperationTexts,
  RefChange,
  Verdict,
} from '#domain/operation/operation.ts';
import { movedBranch } from '#domain/refs.ts';
import { formatSignature } from '#domain/state/state-codec.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { Instant } from '#domain/time.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ObjectBatch } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refuseCutLog, rememberLine } from '#usecases/authority/clone-pin.ts';
import type { Caller } from '#usecases/caller/identify.ts';
import { isSealedEffect, noteUndertaking, reachesOut } from './undertaking.ts';
import { applyEffects, type EffectOutcome } from './effects.ts';

/** Everything that one operation changes and says. */
export interface Publication {
  readonly op: OperationKind;
  readonly verdict: Verdict;
  readonly policy: AuthorityId | null;
  readonly states: LoggedOperation['line']['states'];
  readonly texts: Omit<OperationTexts, 'salt'>;
  /** Refs that must still be what the decision saw. */
  readonly verify: readonly RefChange[];
  /** True where the refs stand already, and the line says where they were found. */
  readonly standing?: true;
  readonly batch: ObjectBatch | null;
  /** A clock of other clones' lines that this one comes after. */
  readonly after?: number;
}

/** Of a line that says something and moves nothing. */
export const NO_CHANGE = { paths: [], refs: [], effects: [], inverse: null } as const;

export interface Publisher {
  readonly repo: AuthorityId;
  readonly caller: Caller;
  readonly replica: ReplicaIdentity;
  readonly now: Instant;
}

/** Who writes a line that no mutation stands behind, as of now and from this clone. */
export async function publisherNow(
  workspace: Workspace,
  repo: AuthorityId,
  caller: Caller,
): Promise<Publisher> {
  return { repo, caller, replica: await workspace.replica(), now: workspace.clock.now() };
}

export interface Published {
  readonly id: OperationId;
  readonly outcomes: readonly EffectOutcome[];
}

/**
 * The one way in which anything becomes visible. Under the repository lock, in this order: objects durable,
 * refs locked with their old values checked, sidecar and log line durable (**the commit point**), refs moved,
 * effects done. A throw before the commit point leaves everything as it was; after it, the next command
 * finishes the work.
 */
export async function publish(
  workspace: Workspace,
  publisher: Publisher,
  publication: Publication,
): Promise<Published> {
  const { caller } = publisher;
  if (caller.sealed !== null) await workspace.log.keepChain(caller.sealed.digest, caller.sealed.bytes);
  const signed = await signLine(workspace, publisher, publication);
  await publication.batch?.write();
  const { refs, effects } = signed.texts;
  const branch = movedBranch(refs);
  if (branch !== null || effects.some((effect) => reachesOut(effect) || isSealedEffect(effect)))
    await noteUndertaking(workspace, publisher.replica, signed.line);
  const { moved, verify } = movesOf(publication);
  const prepared =
    moved.length + verify.length === 0 ? undefined : await workspace.refs.prepare(moved, verify, branch);
  let id: OperationId;
  try {
    id = await workspace.log.append(signed.line, signed.texts);
  } catch (error) {
    await prepared?.abort();
    throw error;
  }
  await prepared?.commit();
  const { replica, seq } = signed.line;
  await rememberLine(workspace, { replica, seq, id }, refs);
  const outcomes = await applyEffects(workspace, effects);
  await workspace.log.markApplied({ id, line: signed.line, texts: signed.texts });
  return { id, outcomes };
}

function movesOf({ texts, verify, standing }: Publication): {
  readonly moved: readonly RefChange[];
  readonly verify: readonly RefChange[];
} {
  if (standing === undefined) return { moved: texts.refs, verify };
  const found = texts.refs.map((ref) => ({ ...ref, old: ref.new }));
  return { moved: [], verify: [...verify, ...found] };
}

interface SignedLine {
  readonly line: OperationLine;
  readonly texts: OperationTexts;
}

async function signLine(
  workspace: Workspace,
  { repo, caller, replica, now }: Publisher,
  publication: Publication,
): Promise<SignedLine> {
  const head = await workspace.log.head(replica.replica);
  await refuseCutLog(workspace, replica.replica, head);
  const texts: OperationTexts = { salt: newSalt(workspace.random), ...publication.texts };
  // A caller whose credential cannot be believed signs nothing: the clone's own key says that it happened.
  const holds = caller.chain !== null && caller.signer?.publicKey === caller.chain.holder;
  const signer = holds && caller.signer !== null ? caller.signer : replica.signer;
  const unsigned: Omit<OperationLine, 'sig'> = {
    repo,
    replica: replica.replica,
    seq: head.seq,
    prev: head.prev,
    lamport: Math.max(head.lamport, (publication.after ?? -1) + 1),
    at: now,
    actor: caller.actor,
    holder: signer.publicKey,
    chain: holds ? (caller.sealed?.digest ?? null) : null,
    op: publication.op,
    verdict: publication.verdict,
    states: publication.states,
    policy: publication.policy,
    texts: textsDigest(workspace.hasher, encodeOperationTexts(texts)),
  };
  const sig = signer.sign('operation', operationSigningHash(workspace.hasher, unsigned));
  return { line: { ...unsigned, sig: formatSignature(sig) }, texts };
}
