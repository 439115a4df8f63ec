import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import type { FileChange } from '#ports/line-origins.ts';
import type { ObjectId, TreeChange, TreeEntry } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { belowFiles } from '#usecases/blame/places.ts';

/** Of the states that changed a file so many are compared in full. */
const MOST_SAME = 16;

/** The states that changed a path, newest first. */
type ChangesOf = (path: Uint8Array) => Promise<readonly FileChange[]>;

/** Finds the states that did to a file what lines cannot tell: that it came, went, or became of another kind. */
export class KnownChanges {
  readonly #workspace: Workspace;
  readonly #changesOf: ChangesOf;

  constructor(workspace: Workspace, changesOf: ChangesOf) {
    this.#workspace = workspace;
    this.#changesOf = changesOf;
  }

  /** Carriers of states that changed the path, newest first. */
  async at(path: Uint8Array): Promise<readonly ObjectId[]> {
    return (await this.#changesOf(path)).map(({ commit }) => commit);
  }

  /** Those of them after which the very same stood there: content and kind, or nothing. */
  async alike({ path, newId, newMode }: TreeChange): Promise<readonly ObjectId[]> {
    const same = (await this.#changesOf(path)).filter(({ blob }) => blob === newId).slice(0, MOST_SAME);
    const carriers = same.map(({ commit }) => commit);
    if (newMode === null) return carriers;
    const modes = await Promise.all(carriers.map((carrier) => this.#modeAt(carrier, path)));
    return carriers.filter((_, index) => modes[index] === newMode);
  }

  /** Those after which a file of this kind stood there, whatever it held. */
  async ofMode({ path, newMode }: TreeChange): Promise<readonly ObjectId[]> {
    const carriers = (await this.at(path)).slice(0, MOST_SAME);
    const modes = await Promise.all(carriers.map((carrier) => this.#modeAt(carrier, path)));
    return carriers.filter((_, index) => modes[index] === newMode);
  }

  async #modeAt(carrier: ObjectId, path: Uint8Array): Promise<string | undefined> {
    const names = (decodeUtf8(belowFiles(path)) ?? '').split('/');
    let entries: readonly TreeEntry[] | undefined = await this.#workspace.objects.readTree(carrier);
    for (const [index, name] of names.entries()) {
      const entry: TreeEntry | undefined = entries?.find((one) => decodeUtf8(one.name) === name);
      if (entry === undefined || index === names.length - 1) return entry?.mode;
      entries = entry.mode === '40000' ? await this.#workspace.objects.readTree(entry.id) : undefined;
    }
    return undefined;
  }
}
