import type { OperationId } from '#domain/id.ts';
import { threadResource } from '#domain/resource/resource.ts';
import { runStartJson, type RunStart } from '#domain/run/run-record.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knowAuthority } from '#usecases/authority/load-authority.ts';
import { identifyCaller, type Caller } from '#usecases/caller/identify.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { writeRunEnd, writeRunLine, type RecordedEnd, type RunEnding } from './run-lines.ts';

/** Who started a run, and its line. */
export interface RecordedStart {
  readonly run: OperationId;
  readonly caller: Caller;
}

/** Notes in the log that a run begins, before anything of it is there; the line's id is the run's. */
export async function recordRunStart(workspace: Workspace, start: RunStart): Promise<RecordedStart> {
  return workspace.lock.run(async () => {
    await recover(workspace);
    const { view } = await knowAuthority(workspace);
    const caller = await identifyCaller(workspace, view);
    const resource = start.thread === null ? view.repository : threadResource(view.repository, start.thread);
    const args = runStartJson(start);
    return {
      run: await writeRunLine(workspace, { view, caller }, { op: 'run-start', resource, args }),
      caller,
    };
  });
}

/**
 * Notes in the log how a run ended and what was done in it. By who started it, as long as their credential is good; by
 * the clone itself otherwise.
 */
export async function recordRunEnd(
  workspace: Workspace,
  { run, caller }: RecordedStart,
  ended: RunEnding & { readonly block: string },
): Promise<RecordedEnd> {
  return workspace.lock.run(async () => {
    await recover(workspace);
    return writeRunEnd(workspace, { run, caller }, ended);
  });
}
