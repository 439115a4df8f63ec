import { describe, expect, it } from 'vitest';
import { DeniedError } from '#domain/decision/denied-error.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import type { AuthorityId } from '#domain/id.ts';
import { formatInstant } from '#domain/time.ts';
import type { Workspace } from '#ports/workspace.ts';
import { capture } from '#usecases/capture/capture.ts';
import { undo } from '#usecases/history/undo.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { pull } from '#usecases/remotes/pull/pull.ts';
import { push } from '#usecases/remotes/push/push.ts';
import { threadHeads, walkStates } from '#usecases/states/walk-states.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactPath } from '../support/memory/removal/removal-scenes.ts';
import { initialised, start } from '../support/memory/scenes.ts';
import { MemoryRemote } from '../support/memory/transport.ts';
import { createMemoryRepository, type MemoryRepository } from '../support/memory/workspace.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';
import { DEEP, SEED } from '../support/seed.ts';

const RUNS = DEEP ? 60 : 1;
const STEPS = DEEP ? 60 : 20;
const TIMEOUT = DEEP ? 4 * 3_600_000 : 120_000;

/** One clone, and what it was told that it did. */
interface Replica {
  readonly name: string;
  readonly repository: MemoryRepository;
  readonly workspace: Workspace;
  /** States whose captures were answered. */
  readonly captured: string[];
  /** Lines of captures whose texts nobody redacted. */
  readonly lines: string[];
  readonly paths: string[];
  readonly grants: AuthorityId[];
}

/** Several clones of one repository, and the remote that they share. */
class World {
  readonly remote = new MemoryRemote();
  readonly replicas: Replica[] = [];
  #now = Date.parse('2026-11-21T12:00:00.000Z');

  static async of(count: number): Promise<World> {
    const world = new World();
    const origin = await initialised();
    for (let index = 0; index < count; index += 1) {
      const repository = index === 0 ? origin : createMemoryRepository(origin.store);
      const replica = world.#replica(repository, origin, `r${index}`);
      if (index > 0) await world.#clone(replica);
      await start(replica.workspace, `work/${replica.name}`);
      // Whoever changes something first is registered: one after the other, so that the chain does not fork here.
      await world.capture(replica, 'first');
      await world.push(replica);
    }
    for (const { workspace } of world.replicas) await pull(workspace, 'origin');
    return world;
  }

  #replica(repository: MemoryRepository, origin: MemoryRepository, name: string): Replica {
    const { keys, credentials } = origin.workspace;
    const { random } = repository.workspace;
    const workspace: Workspace = {
      ...repository.workspace,
      keys,
      credentials,
      // Clones draw from one source in these tests, and must not draw the same.
      random: (length) => SHA256_HASHER.hash('request', utf8(name), random(32)).slice(0, length),
      transport: async () => this.remote.transportOf(workspace),
    };
    const replica = { name, repository, workspace, captured: [], lines: [], paths: [], grants: [] };
    this.replicas.push(replica);
    return replica;
  }

  async #clone({ workspace }: Replica): Promise<void> {
    const { refs } = workspace;
    const changes = [...this.remote.refs]
      .filter(([name]) => name.startsWith('refs/heddle/'))
      .map(([name, id]) => ({ name, old: null, new: id }));
    await (await refs.prepare(changes, [])).commit();
    await adopt(workspace, null);
  }

  tick(): void {
    this.#now += 1000;
    for (const { repository } of this.replicas) repository.now = formatInstant(this.#now);
  }

  async capture(replica: Replica, content: string): Promise<void> {
    const path = `${replica.name}-${replica.paths.length % 5}.txt`;
    replica.repository.files.set(path, { mode: '100644', content: `${content} in ${replica.name}\n` });
    const intent = `this is why: ${content}, says ${replica.name}`;
    const { result, operation } = await capture(replica.workspace, { intent, maxFileBytes: 10_000 });
    if (result.state !== null && result.created) replica.captured.push(result.state);
    if (operation !== null) replica.lines.push(operation);
    replica.paths.push(path);
  }

  push({ workspace }: Replica): Promise<unknown> {
    return push(workspace, { remote: 'origin', threads: [], branches: [], all: true });
  }

  /** Every step may be refused for a reason that heddle knows; nothing else may come out of it. */
  async step(replica: Replica, chance: () => number): Promise<string> {
    this.tick();
    const steps = this.#steps(replica, chance);
    const [name, act] = steps[Math.floor(chance() * steps.length)] ??
      steps[0] ?? ['nothing', async () => undefined];
    try {
      await act();
      return `${replica.name} ${name}`;
    } catch (error) {
      if (error instanceof HeddleError || error instanceof DeniedError)
        return `${replica.name} ${name}: ${error instanceof HeddleError ? error.code : 'DENIED'} ${error.message}`;
      throw error;
    }
  }

  #steps(replica: Replica, chance: () => number): readonly (readonly [string, () => Promise<unknown>])[] {
    const { workspace, paths, lines } = replica;
    const content = (): string => `note ${Math.floor(chance() * 1e9)}`;
    const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(chance() * list.length)];
    const push = ['push', () => this.push(replica)] as const;
    const pullStep = ['pull', () => pull(workspace, 'origin')] as const;
    const save = ['capture', () => this.capture(replica, content())] as const;
    const accident = [
      'push that is lost',
      () => {
        this.remote.accident = chance() < 0.5 ? 'lost before' : 'lost after';
        return this.push(replica).finally(() => (this.remote.accident = null));
      },
    ] as const;
    const redactions = [
      ['redact', () => redactPath(workspace, one(paths) ?? 'nothing')],
      [
        'redact --text',
        () =>
          redactTexts(workspace, {
            text: one(lines) ?? 'ho-nothing',
            task: false,
            reason: 'it said too much',
            reasonCode: 'other',
            rotatedAt: null,
            dryRun: false,
          }),
      ],
      ['undo', () => undo(workspace, null)],
    ] as const;
    const authority = [
      [
        'grant add',
        async () => {
          const grant = { principal: 'owner@example.com', role: 'reader', resource: 'acme/core' } as const;
          const { result } = await addGrant(workspace, { ...grant, until: null });
          replica.grants.push(result.grant.id);
        },
      ],
      ['grant remove', () => removeGrant(workspace, replica.grants.pop() ?? 'hg-nothing')],
    ] as const;
    return [save, save, save, push, push, pullStep, pullStep, accident, ...redactions, ...authority];
  }

  /** Until nobody has anything new to say. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      for (const replica of this.replicas) {
        this.tick();
        const { result } = await pull(replica.workspace, 'origin');
        expect(result.findings, replica.name).toEqual([]);
        const apart = result.threads.filter(({ outcome }) => outcome === 'diverged');
        for (const { thread } of apart)
          await renameThread(replica.workspace, { thread, to: `${thread}-${round}-${replica.name}` });
        if (apart.length > 0) await pull(replica.workspace, 'origin');
        await this.push(replica);
      }
    }
  }
}

/** What travels: the same in every clone. */
async function travelling(workspace: Workspace): Promise<Readonly<Record<string, string>>> {
  const local = /^refs\/heddle\/(?:remotes|snapshots|dropped|diverged)\//;
  const refs = await workspace.refs.list('refs/heddle/');
  return Object.fromEntries([...refs].filter(([name]) => !local.test(name)));
}

/** The same numbers for the same seed. */
function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.each([2, 3])('%i clones that share a remote', (count) => {
  it(
    'come to the same whatever they did and however pushes went, and lose nothing',
    async () => {
      for (let run = 0; run < RUNS; run += 1) {
        const seed = SEED + run * 7919 + count;
        const chance = chances(seed);
        const world = await World.of(count);
        const told: string[] = [`seed ${seed}`];
        for (let step = 0; step < STEPS; step += 1) {
          const replica = world.replicas[Math.floor(chance() * count)];
          if (replica !== undefined) told.push(await world.step(replica, chance));
        }
        const story = told.join('\n');
        await world.settle().catch((error: unknown) => {
          throw new Error(story, { cause: error });
        });
        const [first, ...others] = world.replicas;
        if (first === undefined) throw new Error('invariant: there are clones');
        const same = await travelling(first.workspace);
        expect(Object.fromEntries(world.remote.refs), story).toEqual(same);
        for (const { workspace } of others) expect(await travelling(workspace), story).toEqual(same);
        for (const { name, workspace, captured } of world.replicas) {
          const { findings } = await verify(workspace, { all: true });
          expect(findings, `${name}\n${story}`).toEqual([]);
          await expectKept(first.workspace, name, { captured, story });
        }
      }
    },
    TIMEOUT,
  );
});

it('clones that hid the same words apart come to the same', async () => {
  const world = await World.of(2);
  const [first, second] = world.replicas;
  if (first === undefined || second === undefined) throw new Error('invariant: there are two');
  const hide = (replica: Replica, text: string): Promise<unknown> =>
    redactTexts(replica.workspace, {
      text,
      task: false,
      reason: 'it said too much',
      reasonCode: 'other',
      rotatedAt: null,
      dryRun: false,
    });
  await world.capture(first, 'more');
  for (const text of [first.captured[0] ?? '', second.captured[0] ?? '']) {
    world.tick();
    await hide(first, text);
    await hide(second, text);
  }
  await world.capture(second, 'and more');
  await world.settle();
  const same = await travelling(first.workspace);
  expect(Object.fromEntries(world.remote.refs)).toEqual(same);
  expect(await travelling(second.workspace)).toEqual(same);
  for (const { workspace } of world.replicas)
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
});

/** What a clone was told that it captured is there for everybody, but for what it took back itself. */
async function expectKept(
  workspace: Workspace,
  name: string,
  { captured, story }: { readonly captured: readonly string[]; readonly story: string },
): Promise<void> {
  const there = new Set<string>();
  for await (const { id } of walkStates(workspace, [...(await threadHeads(workspace)).values()]))
    there.add(id);
  const gone = captured.filter((state) => !there.has(state));
  const undone = story.split('\n').filter((line) => line === `${name} undo`).length;
  expect(gone.length, `${name} ${gone.join(' ')}\n${story}`).toBeLessThanOrEqual(undone);
}
