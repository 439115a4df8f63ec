import { describe, expect, it } from 'vitest';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { HeddleError } from '#domain/error.ts';
import { shortId } from '#domain/id.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { walkStates } from '#usecases/states/walk-states.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../support/decisions.ts';
import { delegate, initialised, join, save, start } from '../support/memory/scenes.ts';
import { createMemoryRepository, type MemoryRepository } from '../support/memory/workspace.ts';
import {
  mayDrop,
  UndoModel,
  type Expected,
  type ModelActor,
  type ModelOperation,
} from '../support/model/undo-model.ts';
import { DEEP, fc } from '../support/seed.ts';

const RUNS = DEEP ? 100 : 8;

const THREADS = ['shared', 'own', 'third'];
const ACTORS: readonly [ModelActor, ...ModelActor[]] = [
  { name: 'owner', any: true, grants: true },
  { name: 'max', any: true, grants: false },
  { name: 'dev', any: false, grants: false },
  { name: 'bot', any: false, grants: false },
];

const step = fc.record({
  who: fc.constantFrom(...ACTORS),
  what: fc.oneof(
    { weight: 2, arbitrary: fc.constant('start' as const) },
    { weight: 6, arbitrary: fc.constant('capture' as const) },
    { weight: 2, arbitrary: fc.constant('drop' as const) },
    { weight: 2, arbitrary: fc.constant('add' as const) },
    { weight: 1, arbitrary: fc.constant('remove' as const) },
    { weight: 6, arbitrary: fc.constant('undo' as const) },
    { weight: 5, arbitrary: fc.constant('redo' as const) },
  ),
  thread: fc.constantFrom(...THREADS),
  /** Which operation is named; null for none. */
  named: fc.option(fc.nat(), { nil: null, freq: 2 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the steps of all runs came to: a test of refusals that saw none proves nothing. */
const seen: Record<Expected['kind'], number> = { skip: 0, nothing: 0, denied: 0, refused: 0, done: 0 };

class Play {
  readonly model = new UndoModel();
  #files = 0;

  readonly repository: MemoryRepository;
  readonly people: ReadonlyMap<string, Workspace>;

  private constructor(repository: MemoryRepository, people: ReadonlyMap<string, Workspace>) {
    this.repository = repository;
    this.people = people;
  }

  static async begin(): Promise<Play> {
    const repository = await initialised(createMemoryRepository());
    const { workspace } = repository;
    const dev = await join(repository, DEV, 'developer');
    const max = await join(repository, 'max@example.com', 'maintainer');
    const bot = await delegate(dev, 'bot');
    const people = Object.entries({ owner: workspace, dev, max, bot });
    const play = new Play(repository, new Map(people));
    for (const { id, line } of (await workspace.log.check()).operations) {
      if (line.op !== 'key-add' && line.op !== 'grant-add') continue;
      play.model.add({ id, by: 'owner', said: [], kind: 'setup' });
    }
    return play;
  }

  async take({ who, what, thread, named }: Step): Promise<void> {
    const workspace = this.people.get(who.name) ?? this.repository.workspace;
    if (what === 'start') await this.#start(workspace, who, thread);
    else if (what === 'capture') await this.#capture(workspace, who, thread);
    else if (what === 'drop') await this.#drop(workspace, who, thread);
    else if (what === 'add') await this.#addGrant();
    else if (what === 'remove') await this.#removeGrant(named ?? 0);
    else {
      const operations = this.model.operations.filter(({ kind }) => kind !== 'setup');
      const operation = named === null ? undefined : operations[named % operations.length];
      await this.#hold(workspace, this.model[what](who, operation), { what, operation });
    }
  }

  async #start(workspace: Workspace, { name }: ModelActor, thread: string): Promise<void> {
    if (this.model.threads.has(thread)) return;
    await workspace.records.writePosition(workspace.places.gitDir, undefined);
    await start(workspace, thread);
    this.model.add({ id: await this.#newest(), by: name, said: [], kind: 'start', thread });
  }

  async #capture(workspace: Workspace, { name }: ModelActor, thread: string): Promise<void> {
    const found = this.model.threads.get(thread);
    if (found === undefined) return;
    const before = found.stack.at(-1)?.state ?? null;
    await workspace.records.writePosition(workspace.places.gitDir, { thread, state: before as never });
    this.#files += 1;
    const { state } = await save(this.repository, workspace, { [`f${this.#files % 7}`]: `${this.#files}` });
    this.model.add({ id: await this.#newest(), by: name, said: [], kind: 'capture', thread, state });
  }

  async #drop(workspace: Workspace, who: ModelActor, thread: string): Promise<void> {
    const found = this.model.threads.get(thread);
    if (found === undefined || !mayDrop(who, found)) return;
    await workspace.records.writePosition(workspace.places.gitDir, undefined);
    await dropThread(workspace, { thread, force: false });
    const was = { start: found.start, stack: [...found.stack] };
    this.model.add({ id: await this.#newest(), by: who.name, said: [], kind: 'drop', thread, was });
  }

  async #addGrant(): Promise<void> {
    const { workspace } = this.repository;
    this.#files += 1;
    const resource = `acme/core:docs/${this.#files}`;
    await addGrant(workspace, { principal: DEV, role: 'reader', resource, until: null });
    const grant = { resource, active: true, removedBy: undefined };
    this.model.add({ id: await this.#newest(), by: 'owner', said: [], kind: 'add', grant });
  }

  async #removeGrant(pick: number): Promise<void> {
    const { workspace } = this.repository;
    const active = this.model.grants.filter((grant) => grant.active);
    const grant = active[pick % active.length];
    if (grant === undefined) return;
    const { view } = await loadAuthority(workspace);
    await removeGrant(workspace, view.grants.find(({ resource }) => resource === grant.resource)?.id ?? '');
    this.model.add({ id: await this.#newest(), by: 'owner', said: [], kind: 'remove', grant });
  }

  /** Does it, and holds what happened against what was expected. */
  async #hold(
    workspace: Workspace,
    expected: Expected,
    { what, operation }: { readonly what: 'undo' | 'redo'; readonly operation: ModelOperation | undefined },
  ): Promise<void> {
    seen[expected.kind] += 1;
    if (expected.kind === 'skip') return;
    // A drop is done again where it was done: nobody stands on the thread.
    if (what === 'redo') await workspace.records.writePosition(workspace.places.gitDir, undefined);
    const before = (await workspace.log.check()).operations.length;
    const error = await (what === 'undo' ? undo : redo)(workspace, operation?.id ?? null).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (expected.kind === 'done') {
      expect(error).toBeUndefined();
      expected.apply(await this.#newest());
      return;
    }
    const after = (await workspace.log.check()).operations.length;
    expect(after - before).toBe(expected.kind === 'denied' ? 1 : 0);
    if (expected.kind === 'denied') expect(error).toBeInstanceOf(DeniedError);
    else this.#expectRefusal(error, expected);
  }

  #expectRefusal(
    error: unknown,
    expected: Extract<Expected, { kind: 'nothing' | 'refused' | 'skip' | 'denied' }>,
  ): void {
    expect(error).toBeInstanceOf(HeddleError);
    if (!(error instanceof HeddleError)) return;
    expect(error.code).toBe(expected.kind === 'nothing' ? 'UNDO_NOTHING' : 'UNDO_REFUSED');
    if (expected.kind !== 'refused') return;
    const { operation, by } = error.facts;
    expect(error.message).toContain(shortId(String(operation)));
    if (expected.by === undefined) return;
    expect(expected.by).toContain(by);
    expect(error.message).toContain(shortId(String(by)));
  }

  async #newest(): Promise<string> {
    for await (const { id } of this.repository.workspace.log.newest()) return id;
    return '';
  }

  /** Refs, threads and grants are what the model says, all of them: nobody lost anything. */
  async compare(): Promise<void> {
    const { workspace } = this.repository;
    const threads = await listThreadRecords(workspace);
    expect(threads.map(({ thread }) => thread).toSorted()).toEqual([...this.model.threads.keys()].toSorted());
    for (const thread of THREADS) {
      const head = await workspace.refs.read(threadRef(thread));
      const found: string[] = [];
      for await (const { id } of walkStates(workspace, head === undefined ? [] : [head])) found.push(id);
      const stack = this.model.threads.get(thread)?.stack ?? [];
      expect(found.toReversed(), thread).toEqual(stack.map(({ state }) => state));
    }
    const { view } = await loadAuthority(workspace);
    const given = view.grants.filter(({ resource }) => resource.startsWith('acme/core:docs/'));
    const active = this.model.grants.filter((grant) => grant.active);
    expect(given.map(({ resource }) => resource).toSorted()).toEqual(
      active.map(({ resource }) => resource).toSorted(),
    );
  }
}

describe('undo and redo of many at once', () => {
  it('come to what a plain model says, step by step, and all of it verifies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 50 }), async (steps) => {
        const play = await Play.begin();
        const starts = THREADS.map((thread, at): Step => {
          const who = ACTORS[at] ?? ACTORS[0];
          return { who, what: 'start', thread, named: null };
        });
        for (const next of [...starts, ...steps]) {
          await play.take(next);
          await play.compare();
        }
        const { findings } = await verify(play.repository.workspace, { all: true });
        expect(findings).toEqual([]);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    for (const kind of ['nothing', 'denied', 'refused', 'done'] as const) {
      expect(seen[kind], kind).toBeGreaterThan(0);
    }
  }, 300_000);
});
