import type { Effect } from '#domain/operation/operation.ts';
import type { TombstoneId } from '#domain/id.ts';
import type { Residue } from '#domain/results/removal-results.ts';
import type { RewriteReport } from '#ports/removal/rewriting.ts';
import type { Workspace } from '#ports/workspace.ts';
import { noteThreadRecord, writeThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { resolveGitDir } from './git-dir.ts';

/** What a purge did in this clone. */
export interface PurgeOutcome {
  readonly outcome: 'complete' | 'incomplete';
  /** One clause for each thing that was destroyed. */
  readonly destroyed: readonly string[];
  readonly residue: readonly Residue[];
  /** Null where Git's history was left alone. */
  readonly rewritten: RewriteReport | null;
}

/** What effects on removed content found out while they were done. */
export type EffectOutcome =
  /** Files of work trees that could not be written to. */
  | { readonly kind: 'veil' | 'unveil'; readonly residue: readonly Residue[] }
  | ({ readonly kind: 'purge' } & PurgeOutcome);

/**
 * Does the effects of a committed operation. Each can be repeated: doing one twice is doing it once. Of a line that was
 * `found`, and that this home did not begin, no record of a thread is sealed.
 */
export async function applyEffects(
  workspace: Workspace,
  effects: readonly Effect[],
  line: 'own' | 'found' = 'own',
): Promise<readonly EffectOutcome[]> {
  const outcomes: EffectOutcome[] = [];
  for (const effect of effects) {
    if (isRemovalEffect(effect)) outcomes.push(await applyRemoval(workspace, effect));
    else if (isPendingEffect(effect)) await applyPending(workspace, effect);
    else if (effect.kind === 'thread') await KEEP[line](workspace, effect.thread, effect.record);
    else await applyEffect(workspace, effect);
  }
  return outcomes;
}

const KEEP = { own: writeThreadRecord, found: noteThreadRecord };

type RemovalEffect = Extract<Effect, { readonly tombstone: TombstoneId }>;

/** Tells whether an effect is on removed content. Recovery takes none from a line: see `settleRemovals`. */
export function isRemovalEffect(effect: Effect): effect is RemovalEffect {
  return 'tombstone' in effect;
}

/** Loaded late: few processes remove anything, and a purge publishes its receipt itself. */
async function applyRemoval(
  workspace: Workspace,
  { kind, tombstone }: RemovalEffect,
): Promise<EffectOutcome> {
  const { applyRemovalEffect } = await import('#usecases/removal/apply-effect.ts');
  return applyRemovalEffect(workspace, kind, tombstone);
}

type PendingEffect = Extract<Effect, { readonly kind: 'index' | 'landing' }>;

function isPendingEffect(effect: Effect): effect is PendingEffect {
  return effect.kind === 'index' || effect.kind === 'landing';
}

/** Loaded late: few landings have conflicts. */
async function applyPending(workspace: Workspace, effect: PendingEffect): Promise<void> {
  await (await import('#usecases/landing/pending/apply-pending.ts')).applyPending(workspace, effect);
}

async function applyEffect(
  workspace: Workspace,
  effect: Exclude<Effect, RemovalEffect | PendingEffect | { readonly kind: 'thread' }>,
): Promise<void> {
  switch (effect.kind) {
    case 'worktree': {
      const { thread, state } = effect;
      const gitDir = resolveGitDir(workspace, effect.gitDir);
      await workspace.records.writePosition(gitDir, thread === null ? undefined : { thread, state });
      return;
    }
    case 'leave': {
      const worktree = await workspace.worktrees.find(effect.directory);
      if (worktree !== undefined) await workspace.records.writePosition(worktree.gitDir, undefined);
      return;
    }
    case 'claim':
      await workspace.records.writeClaim(effect.thread, effect.claim ?? undefined);
      return;
    case 'exceptions':
      await workspace.secretExceptions.add(effect.add);
      return;
    case 'discard':
      await (await import('./take-away.ts')).takeAway(workspace, effect);
      return;
    case 'restore':
      await (await import('#usecases/restore/restore-files.ts')).restoreFiles(workspace, effect);
      return;
    case 'follow':
      await (await import('#usecases/landing/follow-branch.ts')).followBranch(workspace, effect);
      return;
    case 'checkout':
      // Loaded late too: only a thread with a worktree of its own needs it.
      await (await import('./check-out.ts')).checkOut(workspace, effect);
  }
}
