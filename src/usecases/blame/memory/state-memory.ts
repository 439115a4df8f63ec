import type { AuthorityView } from '#domain/authority/authority.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { knownHome } from '#usecases/caller/known-home.ts';
import { SealedFiles } from './sealed-files.ts';
import { formatTold, isPlain, parseTold, type ToldState } from './told-states.ts';

/** With one more those that nobody asked about are forgotten. */
const MOST_STATES = 1_500;
/** Fewer new ones are read again: writing takes as long. */
const WORTH_WRITING = 8;

const SLOT = 'states';

/**
 * Remembers who made states, and what their signatures proved, under one authority record: with another one all of it is
 * found anew. For telling whose lines are alone; `verify`, and whatever changes something, reads each state.
 */
export class StateMemory {
  readonly #files: SealedFiles;
  readonly #about: string;
  readonly #old: ReadonlyMap<ObjectId, ToldState>;
  readonly #asked = new Map<ObjectId, ToldState>();
  #fresh = 0;

  private constructor(
    files: SealedFiles,
    { about, old }: { readonly about: string; readonly old: ReadonlyMap<ObjectId, ToldState> },
  ) {
    this.#files = files;
    this.#about = about;
    this.#old = old;
  }

  /** Undefined where this clone has no key of this home. */
  static async open(
    workspace: Pick<Workspace, 'stateCache' | 'knownReplica'>,
    { head }: Pick<AuthorityView, 'head'>,
  ): Promise<StateMemory | undefined> {
    const identity = await knownHome(workspace);
    if (identity === undefined) return undefined;
    const files = new SealedFiles(workspace.stateCache, identity);
    const about = `${SLOT} 1 ${head}`;
    const text = await files.read({ slot: SLOT, about });
    return new StateMemory(files, { about, old: text === undefined ? new Map() : parseTold(text) });
  }

  /** What is known of a carrier. */
  peek(carrier: ObjectId): ToldState | undefined {
    return this.#asked.get(carrier) ?? this.#old.get(carrier);
  }

  /** The same of one that somebody asked about: it is kept for longer. */
  of(carrier: ObjectId): ToldState | undefined {
    const told = this.peek(carrier);
    if (told !== undefined) this.#asked.set(carrier, told);
    return told;
  }

  keep(told: ToldState): void {
    const { carrier } = told.known;
    if (this.of(carrier) !== undefined || !isPlain(told.known)) return;
    this.#asked.set(carrier, told);
    this.#fresh += 1;
  }

  /** Writes what was found since it was opened. */
  async write(): Promise<void> {
    if (this.#fresh < WORTH_WRITING) return;
    const all = new Map([...this.#old, ...this.#asked]);
    const kept = all.size > MOST_STATES ? [...this.#asked.values()].slice(0, MOST_STATES) : all.values();
    await this.#files.write({ slot: SLOT, about: this.#about }, formatTold(kept));
  }
}
