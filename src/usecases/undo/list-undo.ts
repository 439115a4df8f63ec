import type { UndoListResult, UndoTarget } from '#domain/results/undo-results.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller, requirePrincipal } from '#usecases/caller/identify.ts';
import { stopsUndo } from './no-way-back.ts';
import { isMine, type Done } from './reversal.ts';
import { isReversible } from './undo.ts';
import { LaterWork, placesOf } from './blocker.ts';
import { insteadOfRedo } from './redo/redo.ts';
import { findLostOrigin } from './kept-origins.ts';
import { readTargets, type TargetFound } from './targets.ts';

type Entry = UndoListResult['operations'][number];

/** The caller's operations, newest first: what can be undone, what can be redone, and why what cannot. */
export async function listUndo(workspace: Workspace, limit: number | null): Promise<UndoListResult> {
  const { view } = await knowAuthority(workspace);
  const caller = await identifyCaller(workspace, view);
  if (caller.sources.principal === 'none') await requirePrincipal(workspace);
  const operations: Entry[] = [];
  const later = new LaterWork();
  for await (const found of readTargets(workspace)) {
    if (operations.length === limit) break;
    const { target } = found;
    const final = stopsUndo(target);
    if (isMine({ caller }, target.line) && (isReversible(target.line.op) || final !== undefined)) {
      const entry = { ...describeTarget(target), ...standing(found, final, later) };
      operations.push(entry.status === 'stands' ? await keeping(workspace, entry, target) : entry);
    }
    later.note(found);
  }
  return { operations };
}

/** Nothing was done there since, but what it made may be what another thread began from. */
async function keeping(workspace: Workspace, entry: Entry, { texts }: Done): Promise<Entry> {
  const back = texts.refs.map(({ name, old, new: next }) => ({ name, old: next, new: old }));
  const lost = await findLostOrigin(workspace, back);
  if (lost === undefined) return entry;
  return { ...entry, status: 'blocked', why: lost.why, by: lost.by?.id ?? null };
}

/** An operation as it is shown to whoever may take it back. */
export function describeTarget({ id, line, texts }: Done): UndoTarget {
  const { principal, agent } = line.actor;
  return { id, at: line.at, op: line.op, principal, agent, resource: texts.resource };
}

function standing(
  { target, gone }: TargetFound,
  final: string | undefined,
  later: LaterWork,
): Pick<Entry, 'status' | 'why' | 'by'> {
  if (final !== undefined) return { status: 'final', why: final, by: null };
  if (gone !== undefined) {
    const by = gone.by.id;
    if (gone.by.line.op !== 'undo' && gone.by.line.op !== 'lift')
      return { status: 'gone', why: gone.why, by };
    const again = insteadOfRedo(target.line.op) ?? '`heddle redo` does it again';
    return { status: 'undone', why: `undone; ${again}`, by };
  }
  const by = later.blocking((target.again ?? target).id, placesOf(target));
  if (by === undefined) return { status: 'stands', why: null, by: null };
  return { status: 'blocked', why: 'something was done there since', by: by.id };
}
