import { invariant } from '#domain/error.ts';
import type { StateId } from '#domain/id.ts';
import { encodeStateTexts } from '#domain/state/state-codec.ts';
import { treePathProblem } from '#domain/resource/repository-path.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { ObjectId, TreeChange } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Attribution } from '#usecases/caller/actor-fields.ts';
import { refuseShunned } from '#usecases/content/shunned.ts';
import { updateManifest } from '#usecases/manifest/update-manifest.ts';
import { writeState } from '#usecases/states/write-state.ts';
import type { Drafts, Ground } from '#usecases/transaction/plan.ts';
import { refuseNames } from './refuse-names.ts';

export interface DraftedState {
  readonly id: StateId;
  readonly carrier: ObjectId;
  readonly parents: readonly StateId[];
  /** Git tree of its manifest. */
  readonly manifest: ObjectId;
}

/** What a new state is to hold, and what it follows. */
export interface StateDraft {
  readonly thread: string;
  readonly parents: readonly StateId[];
  /** Carriers of the parents; of a first state the commit that its thread began from, or nothing. */
  readonly gitParents: readonly ObjectId[];
  /** Git commit of a first state; null where it has parents or began from nothing. */
  readonly base: ObjectId | null;
  /** Git tree of the manifest that `changes` are made to; null for an empty one. */
  readonly manifest: ObjectId | null;
  readonly changes: readonly TreeChange[];
  /** Git tree of the files. */
  readonly tree: ObjectId;
  readonly intent: string | null;
  readonly task: string | null;
  readonly author: Pick<Attribution, 'actor' | 'sources'>;
}

/** Builds manifest, sidecar, state and carrier into the batch. */
export async function draftState(
  workspace: Workspace,
  { ground, drafts }: { readonly ground: Ground; readonly drafts: Drafts },
  draft: StateDraft,
): Promise<DraftedState> {
  const { caller } = ground;
  invariant(caller.signer !== null && caller.sealed !== null, 'an allowed caller has a credential');
  // What a first state takes over from Git was never asked about, and must be readable too.
  refuseNames(draft.changes, treePathProblem);
  await refuseShunned(workspace, draft.changes);
  const manifest = await updateManifest(workspace, drafts.batch, {
    parent: draft.manifest,
    changes: draft.changes,
  });
  const { intent, task, base, thread, parents, author } = draft;
  const salt = newSalt(workspace.random);
  const texts = encodeStateTexts({ salt, intent, task, evidence: [], base });
  const written = writeState(workspace, drafts.batch, {
    state: {
      repo: ground.authority.view.genesis,
      thread,
      parents,
      tree: manifest.id,
      actor: author.actor,
      sources: author.sources,
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
    filesTree: draft.tree,
    gitParents: draft.gitParents,
  });
  return { ...written, parents, manifest: manifest.tree };
}
