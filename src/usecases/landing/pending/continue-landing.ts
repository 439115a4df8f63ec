import { shellWord } from '#domain/encoding/shell-line.ts';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import type { PendingLanding } from '#domain/landing/pending-landing.ts';
import type { Effect } from '#domain/operation/operation.ts';
import type { ContinueResult } from '#domain/results/landing-results.ts';
import type { WorktreeIndex } from '#ports/repository.ts';
import type { Workspace } from '#ports/workspace.ts';
import { beginCapture } from '#usecases/capture/beginning.ts';
import { proposeCapture, type Captured } from '#usecases/capture/capture.ts';
import { LARGEST_FILE, scanWorktree, type Scan } from '#usecases/capture/scan-worktree.ts';
import { setAside, type AsideWorkspace } from '#usecases/capture/set-aside.ts';
import { editTree } from '#usecases/content/edit-tree.ts';
import { land } from '#usecases/landing/land.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { leftOut } from '#usecases/states/brought/left-out.ts';
import { gitDirName } from '#usecases/transaction/git-dir.ts';
import { mutate } from '#usecases/transaction/mutate.ts';
import type { Ground, Proposal } from '#usecases/transaction/plan.ts';
import { requirePending } from './note.ts';
import { refuseSubmodules } from './submodules.ts';
import { refuseMarkers, refuseUnmerged } from './unresolved.ts';

type Continued = Captured & Pick<PendingLanding, 'thread' | 'branch' | 'squash' | 'message' | 'trailers'>;

/**
 * Ends the landing that waits here: what was made of the conflicts becomes a state that follows the thread's and brings
 * the branch's commit in, and the thread is landed like any other. Where the branch moved on meanwhile it is merged
 * again; where it may not be landed the resolution stays. Throws `LAND_NOT_PENDING`, `LAND_UNRESOLVED`, `THREAD_DIVERGED`, and what captures and landings throw.
 */
export async function continueLanding(
  workspace: Workspace,
  { intent }: { readonly intent: string | null },
): Promise<{ readonly result: ContinueResult; readonly notes: readonly string[] }> {
  const resolved = await setAside(workspace, (aside) =>
    mutate<Continued>(workspace, {
      op: 'continue',
      args: { intent, confidence: workspace.said.confidence?.value ?? null },
      asksPassphrase: false,
      propose: (ground) => propose(aside, ground, intent),
    }),
  );
  const { state, thread, branch, squash, message, trailers } = resolved.result;
  // An operation id stands for the resolution alone: asked again, what was resolved is landed.
  const once = { ...workspace, said: { ...workspace.said, operationId: null } };
  try {
    const options = { thread, onto: branch, squash, message, trailers, dryRun: false };
    const { result, operation, notes } = await land(once, options);
    return {
      result: { ...result, operation, state, resolution: resolved.operation },
      notes: [...resolved.notes, ...notes],
    };
  } catch (error) {
    const again = `heddle land ${shellWord(thread)} --onto ${shellWord(branch)}${squash ? '' : ' --no-squash'}`;
    const kept = `the resolution is kept: ${shortId(state)} on ${thread}; \`${again}\` lands it`;
    throw keptAnyway(error, kept);
  }
}

async function propose(
  workspace: AsideWorkspace,
  ground: Ground,
  intent: string | null,
): Promise<Proposal<Continued>> {
  const pending = await requirePending(workspace);
  const { gitDir, worktree: directory } = workspace.places;
  const index = await (await workspace.landing()).readIndex({ directory, gitDir });
  refuseUnmerged(pending, index);
  const scan = await scanResolution(workspace, pending, index);
  await refuseMarkers(workspace, pending, scan.tree);
  const told = intent ?? `Resolve conflicts with ${pending.branch}`;
  const beginning = await beginCapture(workspace, ground, { scan, intent: told, amend: false });
  const capture = await proposeCapture(workspace, ground, beginning);
  const { branch, squash, message, trailers } = pending;
  const result = (captured: Captured): Continued => ({ ...captured, branch, squash, message, trailers });
  if (capture.kind === 'nothing') return { kind: 'nothing', result: result(capture.result) };
  return {
    ...capture,
    plan: async (drafts) => {
      const { answer: _, ...plan } = await capture.plan(drafts);
      const note: Effect = { kind: 'landing', gitDir: gitDirName(workspace), pending };
      const ended: readonly Effect[] = [
        { kind: 'index', gitDir: note.gitDir, snapshot: pending.snapshot, to: 'before' },
        { ...note, pending: null },
      ];
      const inverse = plan.inverse ?? { refs: [], effects: [] };
      return {
        ...plan,
        effects: [...plan.effects, ...ended],
        inverse: { refs: inverse.refs, effects: [...inverse.effects, note] },
        result: result(plan.result),
      };
    },
  };
}

/** What stands in the files; of submodules, as in a commit of git's, what stands in the index. */
async function scanResolution(
  workspace: AsideWorkspace,
  pending: PendingLanding,
  { submodules }: Pick<WorktreeIndex, 'submodules'>,
): Promise<Scan> {
  const scan = await scanWorktree(workspace, { maxFileBytes: LARGEST_FILE });
  const wanted = new Map(submodules.map((entry) => [rawKey(entry.path), entry]));
  const found = (await workspace.objects.listFiles(scan.tree)).filter(({ mode }) => mode === LINK);
  const gone = found.filter(({ path }) => !wanted.has(rawKey(path)));
  const edits = [
    ...gone.map(({ path }) => ({ path, newMode: null, newId: null })),
    ...submodules.map(({ path, mode, id }) => ({ path, newMode: mode, newId: id })),
  ];
  const batch = workspace.writer.batch();
  const tree = await editTree(workspace, batch, { tree: scan.tree, edits });
  await batch.write();
  if (edits.length > 0) await refuseSubmodules(workspace, pending, { resolved: tree, wanted });
  const touched = await workspace.comparer.compare(scan.from, tree);
  const { standing, from } = scan;
  const before = standing.parent?.carrier ?? null;
  const { changes } = await leftOut(workspace, { before, from, base: pending.onto, tree });
  return { ...scan, tree, touched, base: pending.onto, leftOut: changes };
}

const LINK = '160000';

/** What the landing itself is refused for leaves the thread with its new state: it can be landed by `land`. */
function keptAnyway(error: unknown, preserved: string): unknown {
  if (error instanceof DeniedError) return new DeniedError({ ...error.recorded, preserved });
  if (!(error instanceof HeddleError)) return error;
  return new HeddleError(error.code, error.message, { facts: error.facts, preserved, cause: error });
}
