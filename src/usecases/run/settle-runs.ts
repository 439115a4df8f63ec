import { rootKeys } from '#domain/authority/authority-view.ts';
import { jsonField } from '#domain/encoding/json-field.ts';
import { HeddleError } from '#domain/error.ts';
import type { OperationId } from '#domain/id.ts';
import { runSetting } from '#domain/run/child-environment.ts';
import { parseRunEnd, parseRunStart } from '#domain/run/run-record.ts';
import type { Instant } from '#domain/time.ts';
import type { RunNote } from '#ports/runs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { tryLoadAuthority } from '#usecases/authority/load-authority.ts';
import { verifyLineSigner } from '#usecases/transaction/line-signature.ts';
import { writeRunEnd } from './run-lines.ts';

/**
 * Ends properly what runs a killed heddle left: their credentials go, and the log says so. A program that still runs is
 * left alone until its deadline. One clause for each; the repository lock must be held.
 */
export async function settleRuns(
  workspace: Workspace,
  runs: readonly OperationId[],
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const run of runs) {
    try {
      const note = await workspace.runNotes.read(run);
      if (note !== undefined && (await settle(workspace, note))) {
        notes.push(`the run ${run} had lost its heddle; its credential is gone`);
      }
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      notes.push(`the run ${run} is left as it is: ${error.message}`);
    }
  }
  return notes;
}

async function settle(workspace: Workspace, note: RunNote): Promise<boolean> {
  const processes = await workspace.processes();
  if (processes.state(note.supervisor) !== 'dead' || !(await isOver(workspace, note))) return false;
  await (await workspace.runCredentials()).remove(note.run);
  const known = await findStart(workspace, note.run);
  if (known !== undefined && !known.ended) {
    const { block, at } = known;
    const ending = { outcome: 'orphaned', code: null, signal: null, startedAt: at, block } as const;
    await writeRunEnd(workspace, { run: note.run, caller: null }, ending);
  }
  await workspace.runNotes.remove(note.run);
  return true;
}

/** Whether the program needs its credential no more: it has ended, was ended at its deadline, or is overdue. */
async function isOver(workspace: Workspace, note: RunNote): Promise<boolean> {
  const processes = await workspace.processes();
  const setting = runSetting(note.run);
  const child = note.child ?? processes.findByToken(setting) ?? null;
  if (child === null || processes.state(child) === 'dead') return true;
  if (note.child === null) await workspace.runNotes.write({ ...note, child });
  if (note.deadline === null || note.deadline > workspace.clock.now()) return false;
  // Where the system does not say when a process began, its id may be anybody's by now: it loses its credential only.
  if (child.started === '') return true;
  await processes.end(child, setting);
  return processes.state(child) === 'dead';
}

interface KnownStart {
  readonly block: string;
  readonly at: Instant;
  readonly ended: boolean;
}

/** The line that began a run, by this clone alone. Undefined where there is none that can be believed. */
async function findStart(workspace: Workspace, run: OperationId): Promise<KnownStart | undefined> {
  const authority = await tryLoadAuthority(workspace);
  const { replica } = await workspace.replica();
  let ended = false;
  for await (const { id, line, texts } of workspace.log.newest()) {
    const args = texts === 'redacted' ? undefined : jsonField(texts.args, 'verb');
    if (line.op === 'run-end' && line.replica === replica && parseRunEnd(args)?.run === run) ended = true;
    if (id !== run) continue;
    const start = parseRunStart(args);
    const roots = authority === undefined ? [] : rootKeys(authority.view);
    const signer = await verifyLineSigner(workspace, line, roots);
    if (start === undefined || signer.kind === 'refused' || line.replica !== replica) return undefined;
    return { block: start.block, at: line.at, ended };
  }
  return undefined;
}
