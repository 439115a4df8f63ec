import type { Effect } from '#domain/operation/operation.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { WorktreePosition } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { askAtThreads, refused, type Reversal, type VerifiedTarget } from '#usecases/undo/reversal.ts';
import { requireFilesAsLeft } from '#usecases/restore/files-back.ts';
import { resolveGitDir } from '#usecases/transaction/git-dir.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { concernedByPending } from './verify-pending.ts';

type Note = Extract<Effect, { readonly kind: 'landing' }>;

/**
 * Takes back that conflicts of a landing were written, or that this was taken back: files, index and note are again as
 * before. Refused where files were changed since, or the worktree stands somewhere else by now.
 */
export async function undoPending(
  workspace: Workspace,
  ground: Ground,
  target: VerifiedTarget,
): Promise<Reversal> {
  const way = wayBack(target, concernedByPending(target.texts));
  if (way === undefined) throw refused(target, 'it holds nothing to go back to');
  const { thread, effects, note } = way;
  return {
    ask: askAtThreads(ground, target, [thread]),
    plan: async () => {
      await requireStanding(workspace, target, note);
      for (const effect of effects) {
        if (effect.kind === 'restore') await requireFilesAsLeft(workspace, target, effect);
      }
      return { states: [], refs: [], effects, inverse: null };
    },
  };
}

interface WayBack {
  readonly thread: string;
  readonly effects: readonly Effect[];
  readonly note: Note;
}

/** How to go back is the line's own word, and whoever wrote it was asked about one thread in one worktree alone. */
function wayBack({ texts: { inverse } }: VerifiedTarget, thread: string | undefined): WayBack | undefined {
  const note = inverse?.effects.find((effect) => effect.kind === 'landing');
  if (inverse === null || inverse.refs.length > 0 || note === undefined || thread === undefined)
    return undefined;
  const { effects } = inverse;
  const oneWorktree = effects.every((effect) => 'gitDir' in effect && effect.gitDir === note.gitDir);
  const oneThread = note.pending === null || note.pending.thread === thread;
  const isWay = oneWorktree && oneThread && effects.every(({ kind }) => KINDS.includes(kind));
  return isWay ? { thread, effects, note } : undefined;
}

const KINDS: readonly string[] = ['restore', 'index', 'landing'];

/** The worktree is where the line left it: in the middle of that landing, or of none. */
async function requireStanding(workspace: Workspace, target: VerifiedTarget, back: Note): Promise<void> {
  const gitDir = resolveGitDir(workspace, back.gitDir);
  const found = (await workspace.records.readLanding(gitDir))?.pending ?? null;
  if ((found?.snapshot ?? null) !== snapshotLeft(target)) {
    throw refused(target, 'the landing was ended, or another one begun there, since');
  }
  const concerned = back.pending ?? found;
  const position = await workspace.records.readPosition(gitDir);
  if (concerned === null || !standsAt(position, concerned)) {
    throw refused(target, 'its worktree stands somewhere else by now');
  }
}

function snapshotLeft({ texts }: VerifiedTarget): string | null {
  const left = texts.effects.find((effect) => effect.kind === 'landing');
  return left?.pending?.snapshot ?? null;
}

function standsAt(position: WorktreePosition | undefined, { thread, head }: PendingLanding): boolean {
  return position?.thread === thread && position.state === head;
}
