import { invariant } from '#domain/error.ts';
import { HEDDLE_REFS } from '#domain/refs.ts';
import type { LocalIndex } from '#ports/local-index.ts';
import type { PreparedRefs, RefStore } from '#ports/refs.ts';
import type { Incoming } from '#ports/boundary/transport.ts';
import type { Workspace } from '#ports/workspace.ts';

/** Refs of a repository with others laid over them, which stand nowhere yet; null takes one away. Reads only. */
export class LaidOverRefs implements RefStore {
  readonly #below: RefStore;
  readonly #over: ReadonlyMap<string, string | null>;

  constructor(below: RefStore, over: ReadonlyMap<string, string | null>) {
    invariant(
      [...over.keys()].every((name) => name.startsWith(HEDDLE_REFS)),
      'only refs of heddle are laid over others',
    );
    this.#below = below;
    this.#over = over;
  }

  async list(prefix: string): Promise<ReadonlyMap<string, string>> {
    const refs = new Map(await this.#below.list(prefix));
    for (const [name, id] of this.#over) {
      if (name !== prefix && !name.startsWith(prefix)) continue;
      if (id === null) refs.delete(name);
      else refs.set(name, id);
    }
    return refs;
  }

  async read(name: string): Promise<string | undefined> {
    const over = this.#over.get(name);
    return over === undefined ? this.#below.read(name) : (over ?? undefined);
  }

  async readBranch(name: string): Promise<string | undefined> {
    return this.#below.readBranch(name);
  }

  async prepare(): Promise<PreparedRefs> {
    return Promise.reject(new Error('invariant: what is laid over is not moved'));
  }

  async removeStaleLocks(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
}

/** The repository as it would be with what was fetched, and these refs. Nothing of it is written down for later. */
export function withIncoming(
  workspace: Workspace,
  { objects, writer, comparer, revisions }: Incoming,
  over: ReadonlyMap<string, string | null>,
): Workspace {
  const refs = new LaidOverRefs(workspace.refs, over);
  return { ...workspace, objects, writer, comparer, revisions, refs, localIndex: NO_INDEX };
}

/** It would learn of states that are not there yet. */
const NO_INDEX: LocalIndex = {
  use: async () => Promise.resolve(undefined),
  inspect: async () => Promise.resolve({ kind: 'missing' }),
  destroy: async () => Promise.resolve(),
};
