import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import type { KnownStates, WitnessTier } from './known-states.ts';
import type { CommitFile, DatedFile } from './places.ts';

/** A file of a commit, and who is asked about it. */
export interface Group extends DatedFile {
  /** What stands for the states that are asked. */
  readonly witnesses: readonly ObjectId[];
  /** Some state has the very same file at the same path. */
  readonly exact: boolean;
}

const COMMITTED = /^committer .*> (\d{1,12}) /m;

/** Finds the states that are asked about commits of Git's own history. */
export class Witnesses {
  readonly #workspace: Workspace;
  readonly #states: KnownStates;
  readonly #files = new Map<string, Promise<DatedFile>>();

  constructor(workspace: Workspace, states: KnownStates) {
    this.#workspace = workspace;
    this.#states = states;
  }

  /** For each file that lines came in by, the states of one kind to ask. */
  async of(files: readonly CommitFile[], tier: WitnessTier): Promise<readonly Group[]> {
    const keyed = new Map(files.map(({ commit, path }) => [`${commit} ${rawKey(path)}`, { commit, path }]));
    const dated: DatedFile[] = [];
    for (const file of keyed.values()) dated.push(await this.#dated(file));
    const candidates = await this.#states.candidates(dated, tier);
    // Where there is nobody to ask, no state is looked at.
    if (candidates.every((carriers) => carriers.length === 0)) {
      return dated.map((file) => ({ ...file, exact: false, witnesses: [] }));
    }
    const standIns = await this.#states.standIns();
    const groups: Group[] = [];
    for (const [index, file] of dated.entries()) {
      const witnesses: ObjectId[] = [];
      for (const carrier of candidates[index] ?? []) {
        const witness = await standIns.of(carrier);
        if (witness !== undefined) witnesses.push(witness);
      }
      const isHeld = async (): Promise<boolean> =>
        file.blob !== undefined && (await this.#states.hold(file.path, file.blob));
      groups.push({ ...file, exact: witnesses.length > 0 && (await isHeld()), witnesses });
    }
    return groups;
  }

  #dated(file: CommitFile): Promise<DatedFile> {
    const key = `${file.commit} ${rawKey(file.path)}`;
    const known = this.#files.get(key) ?? this.#readFile(file);
    this.#files.set(key, known);
    return known;
  }

  async #readFile(file: CommitFile): Promise<DatedFile> {
    const found = await findCommit(this.#workspace, file.commit);
    const links = found === undefined ? undefined : parseCommitLinks(found.content);
    invariant(found !== undefined && links !== undefined, 'git was in this commit a moment ago');
    const seconds = COMMITTED.exec(decodeUtf8(found.content) ?? '')?.[1] ?? '0';
    const blob = await blobAt(this.#workspace, file.commit, file.path);
    return { ...file, blob, at: Number(seconds) * 1000, parents: links.parents };
  }
}

/** The parents of commits, and the witnesses beside them. */
export function besideParents(groups: readonly Group[]): ReadonlyMap<ObjectId, readonly ObjectId[]> {
  const beside = new Map<ObjectId, readonly ObjectId[]>();
  for (const { commit, parents, witnesses } of groups) {
    if (witnesses.length === 0) continue;
    beside.set(commit, [...(beside.get(commit) ?? parents), ...witnesses]);
  }
  return beside;
}
