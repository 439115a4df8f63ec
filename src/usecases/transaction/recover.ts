import { rootKeys } from '#domain/authority/authority-view.ts';
import type { LoggedOperation, OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { HeddleError } from '#domain/error.ts';
import { movedBranch } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { nobody } from '#usecases/caller/identify.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { mendShunList } from '#usecases/content/shunned.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import { applyEffects, isRemovalEffect } from './effects.ts';
import { isSealedEffect, reachesOut, wasUndertaken } from './undertaking.ts';
import { verifyLineSigner } from './line-signature.ts';
import { NO_CHANGE, publish, publisherNow } from './publish.ts';

/** What recovery did, one clause each; empty where nothing was left over. */
export type RecoveryNotes = readonly string[];

/**
 * Finishes what a killed process left: cuts torn last lines, removes the ref locks of a killed git, and brings
 * refs and effects of committed operations to where their log line says. The repository lock must be held.
 */
export async function recover(workspace: Workspace): Promise<RecoveryNotes> {
  const notes: string[] = [];
  for (const name of await workspace.refs.removeStaleLocks()) {
    notes.push(`removed the lock that a killed git left on ${name}`);
  }
  for (const finding of await workspace.log.repairTails()) {
    notes.push(`cut a torn last line off the log of ${finding.replica}: ${finding.what}`);
  }
  notes.push(...(await finishBeginning(workspace)));
  for (const operation of await workspace.log.unapplied()) {
    const why = await mistrust(workspace, operation);
    if (why === undefined) notes.push(...(await finish(workspace, operation)));
    else notes.push(`${operation.id}: ${why}; left as it is`);
  }
  notes.push(...(await settle(workspace)), ...(await mendShunned(workspace)));
  notes.push(...(await endOrphans(workspace)), ...(await endClaims(workspace)));
  return notes;
}

/** Loaded only where no log has begun. */
async function finishBeginning(workspace: Workspace): Promise<RecoveryNotes> {
  if ((await workspace.log.tails()).length > 0) return [];
  const { finishAdoption } = await import('#usecases/receive/publish-adoption.ts');
  return finishAdoption(workspace);
}

/** A list that is damaged is told by whoever needs it. */
async function mendShunned(workspace: Workspace): Promise<RecoveryNotes> {
  try {
    return await mendShunList(workspace);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return [];
  }
}

/** Loaded only where a run is noted: one look at a directory elsewhere. */
async function endOrphans(workspace: Workspace): Promise<RecoveryNotes> {
  const runs = await workspace.runNotes.list();
  if (runs.length === 0 || (await tryLoadAuthority(workspace)) === undefined) return [];
  const { settleRuns } = await import('#usecases/run/settle-runs.ts');
  return settleRuns(workspace, runs);
}

/** Loaded only where a thread is claimed. */
async function endClaims(workspace: Workspace): Promise<RecoveryNotes> {
  if ((await workspace.records.listClaims()).length === 0) return [];
  const { settleClaims } = await import('#usecases/threads/claim/settle-claims.ts');
  return settleClaims(workspace);
}

/** Loaded only where something waits; a quarantine that this user cannot look into is left to whoever can. */
async function settle(workspace: Workspace): Promise<RecoveryNotes> {
  try {
    if ((await workspace.quarantine.list()).length === 0) return [];
    const { settleRemovals } = await import('#usecases/removal/settle.ts');
    return await settleRemovals(workspace);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return [`what was redacted is left as it is: ${error.message}`];
  }
}

/**
 * Why a line is not carried out; undefined for one that is. Some lines move branches or make directories outside the
 * repository, and a repository may come from anywhere, its log, keys and pinned genesis included: what reaches out is done only where this
 * user's own home noted that it was about to.
 */
async function mistrust(workspace: Workspace, { line, texts }: LoggedOperation): Promise<string | undefined> {
  const authority = await tryLoadAuthority(workspace);
  const roots = authority === undefined ? [] : rootKeys(authority.view);
  const signer = await verifyLineSigner(workspace, line, roots);
  if (signer.kind === 'refused') return signer.why;
  if (texts === 'redacted') return undefined;
  if (movedBranch(texts.refs) === null && !texts.effects.some(reachesOut)) return undefined;
  const replica = await workspace.replica();
  if (replica.replica !== line.replica) return 'it is about a worktree for another clone or user';
  if (await wasUndertaken(workspace, replica, line)) return undefined;
  return 'it is about a branch or a directory outside the repository, and this user began no such thing here';
}

/**
 * The same for a verb that only reads: where the lock is free and something is left over. Damage that recovery
 * cannot mend is for the verb to report, not for this.
 */
export async function recoverIfLeftOver(workspace: Workspace): Promise<void> {
  try {
    if ((await workspace.log.unapplied()).length === 0) return;
    await workspace.lock.tryRun(() => recover(workspace));
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
}

async function finish(workspace: Workspace, operation: LoggedOperation): Promise<RecoveryNotes> {
  const { texts, line } = operation;
  const notes: string[] = [];
  if (texts !== 'redacted' && line.verdict.verdict === 'allow') {
    const moved = await finishRefs(workspace, texts.refs);
    if (moved.kind === 'stopped') notes.push(`${operation.id}: ${moved.why}; left as it is`);
    else if (moved.kind === 'lost') notes.push(await voidLine(workspace, operation, moved.why));
    else notes.push(...(await finishEffects(workspace, operation, texts)));
    if (moved.kind === 'moved') notes.push(`finished the refs of ${operation.id}`);
  }
  await workspace.log.markApplied(operation);
  return notes;
}

type Finished =
  | { readonly kind: 'already' | 'moved' }
  /** Somebody else moved a ref: theirs stands. `lost`: the objects are gone, so it never happened. */
  | { readonly kind: 'stopped' | 'lost'; readonly why: string };

async function finishRefs(workspace: Workspace, refs: readonly RefChange[]): Promise<Finished> {
  const pending: RefChange[] = [];
  for (const change of refs) {
    const current = (await readRef(workspace, change.name)) ?? null;
    if (current === change.new) continue;
    if (current !== change.old) return { kind: 'stopped', why: `${change.name} was moved by somebody else` };
    if (change.new !== null && (await findCommit(workspace, change.new)) === undefined) {
      return { kind: 'lost', why: `the object for ${change.name} is missing` };
    }
    pending.push(change);
  }
  if (pending.length === 0) return { kind: 'already' };
  const prepared = await workspace.refs.prepare(pending, [], movedBranch(pending));
  await prepared.commit();
  return { kind: 'moved' };
}

function readRef({ refs }: Workspace, name: string): Promise<string | undefined> {
  return name === movedBranch([{ name }]) ? refs.readBranch(name) : refs.read(name);
}

/** Says in the log that a line has no effect, so that nobody expects its refs. */
async function voidLine(workspace: Workspace, operation: LoggedOperation, why: string): Promise<string> {
  const publisher = await publisherNow(workspace, operation.line.repo, nobody(workspace, null));
  await publish(workspace, publisher, {
    op: 'recovery',
    verdict: { verdict: 'allow', stage: null, code: null },
    policy: operation.line.policy,
    states: [],
    texts: {
      ...NO_CHANGE,
      resource: null,
      args: { operationId: null, verb: { voided: operation.id, why } },
      result: { voided: operation.id },
    },
    verify: [],
    batch: null,
  });
  return `${operation.id} is void: ${why}`;
}

async function isOwn(workspace: Workspace, line: LoggedOperation['line']): Promise<boolean> {
  const replica = await workspace.replica();
  return replica.replica === line.replica && (await wasUndertaken(workspace, replica, line));
}

/** An effect that cannot be done (a directory that is in the way) must not stop every later command. */
async function finishEffects(
  workspace: Workspace,
  operation: LoggedOperation,
  texts: OperationTexts,
): Promise<RecoveryNotes> {
  try {
    // What a removal left is told by more than a line.
    const effects = texts.effects.filter((effect) => !isRemovalEffect(effect));
    const own = effects.some(isSealedEffect) && (await isOwn(workspace, operation.line));
    await applyEffects(workspace, effects, own ? 'own' : 'found');
    return [];
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return [`${operation.id}: ${error.message}`];
  }
}
