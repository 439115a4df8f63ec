import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { invariant } from '#domain/error.ts';
import { parseCommitLinks } from '#domain/state/carrier.ts';
import type { LineTracer } from '#ports/line-origins.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { blobAt } from '#usecases/content/blob-at.ts';
import { rawKey } from '#usecases/manifest/change-tree.ts';
import { findCommit } from '#usecases/states/find-commit.ts';
import type { Carrier } from '#usecases/states/list-carriers.ts';
import type { KnownStates, WitnessTier } from './known-states.ts';
import type { CommitFile, DatedFile } from './places.ts';

/** A state that may have a commit's lines, as a commit without parents that git compares with. */
export interface Witness {
  readonly carrier: Carrier;
  readonly commit: ObjectId;
}

/** A file of a commit, and who is asked about it. */
export interface Group extends DatedFile {
  readonly witnesses: readonly Witness[];
  /** Some state has the very same file at the same path. */
  readonly exact: boolean;
}

const COMMITTED = /^committer .*> (\d{1,12}) /m;

/** Finds the states that are asked about commits of Git's own history. */
export class Witnesses {
  readonly #workspace: Workspace;
  readonly #tracer: LineTracer;
  readonly #states: KnownStates;
  readonly #files = new Map<string, Promise<DatedFile>>();

  constructor(workspace: Workspace, tracer: LineTracer, states: KnownStates) {
    this.#workspace = workspace;
    this.#tracer = tracer;
    this.#states = states;
  }

  /** For each file that lines came in by, the states of one kind to ask. */
  async of(files: readonly CommitFile[], tier: WitnessTier): Promise<readonly Group[]> {
    const keyed = new Map(files.map(({ commit, path }) => [`${commit} ${rawKey(path)}`, { commit, path }]));
    const dated: DatedFile[] = [];
    for (const file of keyed.values()) dated.push(await this.#dated(file));
    const candidates = await this.#states.candidates(dated, tier);
    const groups: Group[] = [];
    for (const [index, file] of dated.entries()) {
      const witnesses = (candidates[index] ?? []).map((carrier) => this.#witnessOf(carrier));
      const exact = file.blob !== undefined && (await this.#states.hold(file.path, file.blob));
      groups.push({ ...file, exact, witnesses: await Promise.all(witnesses) });
    }
    return groups;
  }

  async #witnessOf(carrier: Carrier): Promise<Witness> {
    return { carrier, commit: await this.#tracer.makeCommit(carrier.files, []) };
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
    beside.set(commit, [...(beside.get(commit) ?? parents), ...witnesses.map((witness) => witness.commit)]);
  }
  return beside;
}
