import { describe, expect, it } from 'vitest';
import { everyOperation } from '#usecases/segments/published-operations.ts';
import { keptHeads, walkStates } from '#usecases/states/walk-states.ts';
import { VerifyReport } from '#usecases/verify/report.ts';
import { verifyAuthority } from '#usecases/verify/verify-authority.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { loadSet } from '../support/memory/removal/removal-scenes.ts';
import { ReplicaSteps } from '../support/memory/replicas/replica-steps.ts';
import { ReplicaWorld, travelling, type Replica } from '../support/memory/replicas/replica-world.ts';
import { commitsBelow } from '../support/memory/transport.ts';
import { Chance } from '../support/model/random.ts';
import { DEEP, SEED } from '../support/seed.ts';

const RUNS = DEEP ? 60 : 1;
const STEPS = DEEP ? 60 : 16;
const TIMEOUT = DEEP ? 4 * 3_600_000 : 120_000;

async function open(count: number, seed: number): Promise<readonly [ReplicaWorld, ReplicaSteps]> {
  const world = await ReplicaWorld.of(count);
  const steps = new ReplicaSteps(world, new Chance(seed));
  for (const replica of world.replicas) {
    await steps.begin(replica, `work/${replica.name}`);
    await world.push(replica);
  }
  return [world, steps];
}

/** Everybody has the same, it holds, and all that anybody was told is there. */
async function expectSame(world: ReplicaWorld): Promise<void> {
  const there = Object.fromEntries(world.remote.refs);
  for (const { name, workspace, pulled } of world.replicas) {
    const dropped = (pulled?.threads ?? []).filter(({ outcome }) => outcome === 'dropped');
    const gone = new Set(dropped.map(({ thread }) => `refs/heddle/threads/${thread}`));
    const wanted = Object.fromEntries(Object.entries(there).filter(([ref]) => !gone.has(ref)));
    expect(await travelling(workspace), name).toEqual(wanted);
    const { findings } = await verify(workspace, { all: true });
    if (findings.length > 0) throw new Error(`${name} verifies ${JSON.stringify(findings)}`);
  }
  for (const replica of world.replicas) await expectKept(world, replica);
}

async function expectKept(world: ReplicaWorld, { name, workspace, done }: Replica): Promise<void> {
  const states = new Set<string>();
  for await (const { id } of walkStates(workspace, [...(await keptHeads(workspace)).values()]))
    states.add(id);
  const lost = [...done.values()].filter((one) => one.kind === 'state' && !states.has(one.state));
  expect(lost, `states that ${name} lost`).toEqual([]);
  const lines = new Set<string>();
  for await (const { id } of everyOperation(workspace)) lines.add(id);
  const missing = world.replicas.flatMap((one) => [...one.done.keys()]).filter((id) => !lines.has(id));
  expect(missing, `lines that ${name} does not know`).toEqual([]);
  const history = await verifyAuthority(workspace, new VerifyReport());
  const records = new Set(history?.records.map(({ id }) => String(id)));
  const grants = new Set(history?.newest.grants.map(({ id }) => String(id)));
  expect(world.acknowledged('grant').filter(({ id }) => !records.has(id))).toEqual([]);
  expect(world.acknowledged('gone-grant').filter(({ id }) => grants.has(id))).toEqual([]);
  const tombstones = new Set([...(await loadSet(workspace)).records.keys()].map(String));
  expect(world.acknowledged('tombstone').filter(({ id }) => !tombstones.has(id))).toEqual([]);
  const commits = await commitsBelow(workspace, [(await travelling(workspace))['refs/heads/main'] ?? '']);
  expect(world.acknowledged('landing').filter(({ commit }) => !commits.has(commit))).toEqual([]);
}

describe.each([2, 3])('%i clones that share a remote', (count) => {
  it(
    'come to the same whatever they did and however pushes went, and lose nothing',
    async () => {
      for (let run = 0; run < RUNS; run += 1) {
        const seed = SEED + run;
        const [world, steps] = await open(count, seed);
        try {
          for (let step = 0; step < STEPS; step += 1) await steps.step();
          await world.settle();
          await expectSame(world);
        } catch (error) {
          const story = steps.told.join('\n');
          throw new Error(`seed ${seed}\n${story}\n${String(error)}`, { cause: error });
        }
      }
    },
    TIMEOUT,
  );
});

it('clones that hid the same words apart come to the same', async () => {
  const [world, steps] = await open(2, SEED);
  const [first, second] = world.replicas;
  if (first === undefined || second === undefined) throw new Error('invariant: there are two');
  await world.pull(first);
  await steps.capture(first);
  for (const { state: text } of world.acknowledged('state').slice(0, 3)) {
    world.tick();
    for (const { workspace } of [first, second])
      await steps.tell('redact', () =>
        redactTexts(workspace, {
          text,
          task: false,
          reason: 'it said too much',
          reasonCode: 'other',
          rotatedAt: null,
          dryRun: false,
        }),
      );
  }
  await steps.capture(second);
  await world.settle();
  await expectSame(world);
});
