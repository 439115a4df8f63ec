import { rawEd25519, signerOf } from '#crypto/ed25519.ts';
import { formatDigest, type StateId } from '#domain/id.ts';
import { HEDDLE_REFS, threadRef } from '#domain/refs.ts';
import { encodeStateTexts } from '#domain/state/state-codec.ts';
import { newSalt, textsDigest } from '#domain/state/texts.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { updateManifest } from '#usecases/manifest/update-manifest.ts';
import { carrierTrees } from '#usecases/states/carrier-trees.ts';
import { writeState } from '#usecases/states/write-state.ts';
import { GENESIS, NOW, OWNER } from '../../decisions.ts';
import { writeFiles, type FileTree } from '../files.ts';

/** A state that was written by hand. */
export interface WrittenState {
  readonly id: StateId;
  readonly carrier: ObjectId;
}

export interface StateSketch {
  readonly thread: string;
  readonly files: FileTree;
  /** Several for a merge; none for a thread's first state. */
  readonly parents?: readonly WrittenState[];
  /** The Git commit that a first state begins from. */
  readonly base?: ObjectId;
  /** Moves this ref to the state; the thread's own where left out, none for null. */
  readonly ref?: string | null;
}

const HOLDER = rawEd25519.generateKey();

/** Writes histories of any shape without asking anybody: forks, merges, first states from Git. */
export class HistoryBench {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  async add({ thread, files, parents = [], base, ref }: StateSketch): Promise<WrittenState> {
    const workspace = this.#workspace;
    const tree = await writeFiles(workspace.writer, files);
    const before = parents[0] === undefined ? null : await carrierTrees(workspace, parents[0].carrier);
    const changes = await workspace.comparer.compare(before?.files ?? null, tree);
    const batch = workspace.writer.batch();
    const manifest = await updateManifest(workspace, batch, { parent: before?.manifest ?? null, changes });
    const texts = encodeStateTexts({
      salt: newSalt(workspace.random),
      intent: null,
      task: null,
      evidence: [],
      base: base ?? null,
    });
    const written = writeState(workspace, batch, {
      state: {
        repo: GENESIS,
        thread,
        parents: parents.map(({ id }) => id),
        tree: manifest.id,
        actor: {
          principal: OWNER,
          agent: null,
          provider: null,
          model: null,
          session: null,
          confidence: null,
        },
        sources: {
          principal: 'default',
          agent: 'none',
          provider: 'none',
          model: 'none',
          session: 'none',
          confidence: 'none',
        },
        capturedAt: NOW,
        holder: HOLDER.publicKey,
        chain: formatDigest(workspace.hasher.hash('chain', new Uint8Array())),
        policy: GENESIS,
        texts: textsDigest(workspace.hasher, texts),
      },
      texts,
      signer: signerOf(HOLDER),
      chain: new Uint8Array([1]),
      manifestTree: manifest.tree,
      filesTree: tree,
      gitParents: base === undefined ? parents.map(({ carrier }) => carrier) : [base],
    });
    await batch.write();
    if (ref !== null) await this.moveRef(ref ?? threadRef(thread), written.carrier);
    return written;
  }

  async moveRef(name: string, commit: ObjectId): Promise<void> {
    const { refs } = this.#workspace;
    const old = (await refs.read(name)) ?? null;
    await (await refs.prepare([{ name, old, new: commit }], [])).commit();
  }

  /** Everything below `refs/heddle/`. */
  refs(): Promise<ReadonlyMap<string, ObjectId>> {
    return this.#workspace.refs.list(HEDDLE_REFS);
  }
}
