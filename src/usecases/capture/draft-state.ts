import { invariant } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import { encodeStateTexts } from '#domain/state/state-codec.ts';
import { treePathProblem } from '#domain/resource/repository-path.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { updateManifest } from '#usecases/manifest/update-manifest.ts';
import { writeState } from '#usecases/states/write-state.ts';
import type { Drafts, Ground } from '#usecases/transaction/plan.ts';
import { refuseNames } from './refuse-names.ts';
import type { Scan } from './scan-worktree.ts';

export interface DraftedState {
  readonly id: StateId;
  readonly carrier: ObjectId;
  readonly parents: readonly StateId[];
}

/** Builds manifest, sidecar, state and carrier of a scan into the batch. */
export async function draftState(
  workspace: Workspace,
  options: {
    readonly ground: Ground;
    readonly scan: Scan;
    readonly drafts: Drafts;
    readonly intent: string | null;
  },
): Promise<DraftedState> {
  const { ground, scan, drafts, intent } = options;
  const { caller } = ground;
  invariant(caller.signer !== null && caller.sealed !== null, 'an allowed caller has a credential');
  const { thread, parent } = scan.standing;
  // Beside a base, what was touched is not all that there is.
  const fromNothing = scan.parentTrees === null && scan.base !== null;
  const changes = fromNothing ? await workspace.comparer.compare(null, scan.tree) : scan.touched;
  // What a first state takes over from Git was never asked about, and must be readable too.
  refuseNames(changes, treePathProblem);
  await refuseShunned(workspace, changes);
  const manifest = await updateManifest(workspace, drafts.batch, {
    parent: scan.parentTrees?.manifest ?? null,
    changes,
  });
  const record = await workspace.records.readThread(thread);
  const texts = encodeStateTexts({
    salt: newSalt(workspace.random),
    intent,
    task: record?.task ?? null,
    evidence: [],
    base: scan.base,
  });
  const parents = parent === null ? [] : [parent.id];
  const written = writeState(workspace, drafts.batch, {
    state: {
      repo: ground.authority.view.genesis,
      thread,
      parents,
      tree: manifest.id,
      actor: caller.actor,
      sources: caller.sources,
      capturedAt: ground.now,
      holder: caller.signer.publicKey,
      chain: caller.sealed.digest,
      policy: ground.authority.view.head,
      texts: textsDigest(workspace.hasher, texts),
    },
    texts,
    signer: caller.signer,
    chain: caller.sealed.bytes,
    manifestTree: manifest.tree,
    filesTree: scan.tree,
    gitParents: [parent?.carrier ?? scan.base].filter((id) => id !== null),
  });
  return { ...written, parents };
}
