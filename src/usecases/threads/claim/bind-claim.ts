import { claimProcess, type ClaimProcess } from '#domain/claim/claim.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type OperationId } from '#domain/id.ts';
import { newSalt } from '#domain/state/texts.ts';
import type { ProcessMark } from '#ports/processes.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Which process a claim is to last as long as. */
export interface ClaimBinding {
  /** The one that was named; null for none. */
  readonly pid: number | null;
  /** The run that heddle was told it is in; null for none. */
  readonly run: string | null;
}

/**
 * Finds the process that a claim lasts as long as: the one that was named, the program of the run that this belongs to,
 * or else the process that started this one. Throws `NOT_FOUND` where there is none.
 */
export async function bindClaim(workspace: Workspace, binding: ClaimBinding): Promise<ClaimProcess> {
  const mark = await findProcess(workspace, binding);
  if (mark === undefined) {
    throw new HeddleError('NOT_FOUND', 'no process that lasts was found to claim it for', {
      facts: { pid: binding.pid, advice: 'name one that runs as long as the work with --pid' },
      preserved: 'nothing was changed',
    });
  }
  return claimProcess(workspace.hasher, newSalt(workspace.random), mark);
}

async function findProcess(
  workspace: Workspace,
  { pid, run }: ClaimBinding,
): Promise<ProcessMark | undefined> {
  const processes = await workspace.processes();
  if (pid !== null) return processes.find(pid);
  const above = processes.ancestors();
  const note = run === null ? undefined : await readNote(workspace, run);
  for (const mark of [note?.child, note?.supervisor]) {
    // What a variable says must be true: another run's program is not this one's.
    if (mark && above.includes(mark.pid) && processes.state(mark) === 'alive') return mark;
  }
  const [parent] = above;
  return parent === undefined ? undefined : processes.find(parent);
}

async function readNote(workspace: Workspace, run: string) {
  const id = runNamed(run);
  return id === undefined ? undefined : workspace.runNotes.read(id);
}

function runNamed(text: string): OperationId | undefined {
  try {
    return parseId('ho', text);
  } catch (error) {
    if (error instanceof HeddleError) return undefined;
    throw error;
  }
}
