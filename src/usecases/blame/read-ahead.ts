import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { StateGraphs } from './through/state-graph.ts';

const AT_ONCE = 64;

/** Reads and verifies states as soon as git says that lines came in with them, while it looks for the others. */
export class ReadAhead {
  readonly #workspace: Workspace;
  readonly #view: AuthorityView;
  readonly #graphs: StateGraphs;
  readonly #seen = new Set<ObjectId>();
  readonly #read = new Map<ObjectId, CarriedState>();
  #queue: ObjectId[] = [];
  #work: Promise<void> | undefined;

  constructor(
    workspace: Workspace,
    { view, graphs }: { readonly view: AuthorityView; readonly graphs: StateGraphs },
  ) {
    this.#workspace = workspace;
    this.#view = view;
    this.#graphs = graphs;
  }

  /** Puts a carrier on the list. Whatever goes wrong shows when the state is asked for. */
  see(carrier: ObjectId): void {
    if (this.#seen.has(carrier)) return;
    this.#seen.add(carrier);
    this.#queue.push(carrier);
    this.#work ??= this.#workOff().catch(() => undefined);
  }

  /** The states of carriers, in order. Throws `OBJECT_CORRUPT`. */
  async states(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    await this.#work;
    const missing = carriers.filter((carrier) => !this.#read.has(carrier));
    await this.#readSome(missing);
    return carriers.flatMap((carrier) => this.#read.get(carrier) ?? []);
  }

  async #workOff(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        for (const state of await this.#readSome(this.#queue.splice(0, AT_ONCE))) {
          attestState(this.#workspace, state, this.#view);
        }
      }
    } finally {
      this.#work = undefined;
    }
  }

  async #readSome(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    const states = await this.#graphs.readStates(carriers);
    for (const state of states) this.#read.set(state.carrier, state);
    return states;
  }
}
