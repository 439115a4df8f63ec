import type { PreparedRefs } from '#ports/refs.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What a mutation does to the world, in the order that is promised. */
export type Step =
  | 'keep chain'
  | 'write objects'
  | 'prepare refs'
  | 'append line'
  | 'abort refs'
  | 'commit refs'
  | 'write position'
  | 'write thread'
  | 'write claim'
  | 'make worktree'
  | 'remove worktree'
  | 'mark applied';

/** Told of each step, just before and just after; what it throws ends the mutation there. */
export type StepObserver = (step: Step, when: 'before' | 'after') => void;

/** The same workspace, with somebody watching what is done to it. */
export function watched(workspace: Workspace, observe: StepObserver): Workspace {
  const around = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
    observe(step, 'before');
    const result = await work();
    observe(step, 'after');
    return result;
  };
  const { log, refs, records, worktrees, writer } = workspace;
  const watchPrepared = (prepared: PreparedRefs): PreparedRefs => ({
    commit: () => around('commit refs', () => prepared.commit()),
    abort: () => around('abort refs', () => prepared.abort()),
  });
  return {
    ...workspace,
    writer: {
      batch() {
        const batch = writer.batch();
        return { ...batch, write: () => around('write objects', () => batch.write()) };
      },
    },
    refs: {
      ...refs,
      prepare: (changes, verify, branch) =>
        around('prepare refs', async () => watchPrepared(await refs.prepare(changes, verify, branch))),
    },
    log: {
      ...log,
      keepChain: (digest, sealed) => around('keep chain', () => log.keepChain(digest, sealed)),
      append: (line, texts) => around('append line', () => log.append(line, texts)),
      markApplied: (operation) => around('mark applied', () => log.markApplied(operation)),
    },
    records: {
      ...records,
      writePosition: (gitDir, position) =>
        around('write position', () => records.writePosition(gitDir, position)),
      writeThread: (thread, record) => around('write thread', () => records.writeThread(thread, record)),
      writeClaim: (thread, claim) => around('write claim', () => records.writeClaim(thread, claim)),
    },
    worktrees: {
      ...worktrees,
      add: (directory, commit) => around('make worktree', () => worktrees.add(directory, commit)),
      remove: (directory) => around('remove worktree', () => worktrees.remove(directory)),
    },
  };
}

/** The steps of a mutation, in order. */
export async function stepsOf(
  workspace: Workspace,
  work: (workspace: Workspace) => Promise<unknown>,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  await work(watched(workspace, (step, when) => void (when === 'before' && steps.push(step))));
  return steps;
}

/** A kill: nothing catches it, nothing is tidied up after it. */
export class Killed extends Error {}

/** Runs a mutation and kills it at a step. Says whether it came that far. */
export async function killedAt(
  workspace: Workspace,
  at: { readonly step: Step; readonly when: 'before' | 'after' },
  work: (workspace: Workspace) => Promise<unknown>,
): Promise<boolean> {
  let reached = false;
  const observe: StepObserver = (step, when) => {
    // What a dead process would not do either.
    if (reached) throw new Killed();
    if (step !== at.step || when !== at.when) return;
    reached = true;
    throw new Killed();
  };
  try {
    await work(watched(workspace, observe));
  } catch (error: unknown) {
    if (!(error instanceof Killed)) throw error;
  }
  return reached;
}

/** Everything that shows: refs, positions, threads, worktrees and the number of log lines. */
export async function picture(workspace: Workspace): Promise<unknown> {
  const worktrees = await workspace.worktrees.list();
  const positions = worktrees.map(async ({ directory, gitDir }) => [
    directory,
    (await workspace.records.readPosition(gitDir)) ?? null,
  ]);
  return {
    refs: [...(await workspace.refs.list('refs/'))],
    positions: await Promise.all(positions),
    threads: await workspace.records.listThreads(),
    claims: await workspace.records.listClaims(),
    operations: (await workspace.log.check()).operations.map(({ id }) => id),
  };
}
