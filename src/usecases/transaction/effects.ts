import type { Effect } from '#domain/operation/operation.ts';
import type { PurgeOutcome } from '#usecases/removal/finish-purge.ts';
import type { Workspace } from '#ports/workspace.ts';
import { findWorktree } from './find-worktree.ts';

/** What an effect found out while it was done. */
export type EffectOutcome = { readonly kind: 'purge' } & PurgeOutcome;

/** Does the effects of a committed operation. Each can be repeated: doing one twice is doing it once. */
export async function applyEffects(
  workspace: Workspace,
  effects: readonly Effect[],
): Promise<readonly EffectOutcome[]> {
  const outcomes: EffectOutcome[] = [];
  for (const effect of effects) {
    if (effect.kind === 'purge') outcomes.push({ kind: 'purge', ...(await purgeNow(workspace, effect)) });
    else await applyEffect(workspace, effect);
  }
  return outcomes;
}

type Purging = Extract<Effect, { readonly kind: 'purge' }>;

/** Loaded late: few processes remove anything, and this code publishes its receipt itself. */
async function purgeNow(workspace: Workspace, { tombstone }: Purging): Promise<PurgeOutcome> {
  const { finishPurge } = await import('#usecases/removal/finish-purge.ts');
  return finishPurge(workspace, tombstone);
}

async function applyEffect(workspace: Workspace, effect: Exclude<Effect, Purging>): Promise<void> {
  switch (effect.kind) {
    case 'veil':
      return (await import('#usecases/removal/veil.ts')).applyVeil(workspace, effect.tombstone);
    case 'unveil':
      return (await import('#usecases/removal/veil.ts')).applyUnveil(workspace, effect.tombstone);
    case 'worktree': {
      const { thread, state } = effect;
      const gitDir = resolveGitDir(workspace, effect.gitDir);
      await workspace.records.writePosition(gitDir, thread === null ? undefined : { thread, state });
      return;
    }
    case 'leave': {
      const worktree = await findWorktree(workspace, effect.directory);
      if (worktree !== undefined) await workspace.records.writePosition(worktree.gitDir, undefined);
      return;
    }
    case 'thread':
      await workspace.records.writeThread(effect.thread, effect.record ?? undefined);
      return;
    case 'checkout':
      // Loaded late too: only a thread with a worktree of its own needs it.
      await (await import('./check-out.ts')).checkOut(workspace, effect);
  }
}

/** The name under which a worktree's Git directory is logged: no absolute path leaves the machine with a log. */
export function gitDirName({ places }: Workspace): string {
  const { gitDir, commonDir } = places;
  return gitDir.startsWith(`${commonDir}/`) ? gitDir.slice(commonDir.length + 1) : MAIN;
}

const MAIN = '.';

function resolveGitDir({ places }: Workspace, name: string): string {
  return name === MAIN ? places.commonDir : `${places.commonDir}/${name}`;
}
