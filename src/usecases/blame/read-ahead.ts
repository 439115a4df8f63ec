import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { attestState } from '#usecases/states/attest-state.ts';
import type { CarriedState } from '#usecases/states/read-state.ts';
import type { StateGraphs } from './through/state-graph.ts';

const AT_ONCE = 64;
/** Git is asked for no fewer, unless somebody waits: a question costs as much as several states. */
const WORTH_ASKING = 32;

/** Reads and verifies states as soon as git says that lines came in with them, while it looks for the others. */
export class ReadAhead {
  readonly #workspace: Workspace;
  readonly #view: AuthorityView;
  readonly #graphs: StateGraphs;
  readonly #isTold: (carrier: ObjectId) => boolean;
  readonly #seen = new Set<ObjectId>();
  readonly #read = new Map<ObjectId, CarriedState>();
  #queue: ObjectId[] = [];
  #work: Promise<void> | undefined;

  constructor(
    workspace: Workspace,
    {
      view,
      graphs,
      isTold,
    }: {
      readonly view: AuthorityView;
      readonly graphs: StateGraphs;
      /** Of these nothing has to be read. */
      readonly isTold: (carrier: ObjectId) => boolean;
    },
  ) {
    this.#workspace = workspace;
    this.#view = view;
    this.#graphs = graphs;
    this.#isTold = isTold;
  }

  /** Puts a carrier on the list. Whatever goes wrong shows when the state is asked for. */
  see(carrier: ObjectId): void {
    if (this.#seen.has(carrier) || this.#isTold(carrier)) return;
    this.#seen.add(carrier);
    this.#queue.push(carrier);
    if (this.#queue.length >= WORTH_ASKING) this.#work ??= this.#workOff().catch(() => undefined);
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
      let coming = this.#readNext();
      while (coming !== undefined) {
        // Git looks for these while the ones before are judged.
        const next = this.#readNext();
        for (const state of await coming) attestState(this.#workspace, state, this.#view);
        coming = next ?? this.#readNext();
      }
    } finally {
      this.#work = undefined;
    }
  }

  #readNext(): Promise<readonly CarriedState[]> | undefined {
    if (this.#queue.length < WORTH_ASKING) return undefined;
    const states = this.#readSome(this.#queue.splice(0, AT_ONCE));
    // Nobody waits for it where the ones before could not be read.
    states.catch(() => undefined);
    return states;
  }

  async #readSome(carriers: readonly ObjectId[]): Promise<readonly CarriedState[]> {
    const states = await this.#graphs.readStates(carriers);
    for (const state of states) this.#read.set(state.carrier, state);
    return states;
  }
}
