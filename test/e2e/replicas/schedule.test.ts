import { afterEach, describe, expect, it } from 'vitest';
import { Stage } from '../../support/cli/stage.ts';
import { Chance } from '../../support/model/random.ts';
import { serveHttp, type HttpBackend } from '../../support/remotes/http-backend.ts';
import { Schedule } from '../../support/remotes/schedule.ts';
import { ScheduleWorld } from '../../support/remotes/schedule-world.ts';
import { DEEP, SEED } from '../../support/seed.ts';

const RUNS = DEEP ? 12 : 1;
const STEPS = DEEP ? 60 : 8;

let stage: Stage;
let http: HttpBackend | undefined;
afterEach(async () => {
  await http?.close();
  http = undefined;
  stage.dispose();
});

async function open(kind: 'file' | 'http'): Promise<ScheduleWorld> {
  stage = await new Stage().withDev();
  await stage.owner.ok(['grant', 'add', 'dev@example.com', 'maintainer', 'acme/core']);
  const bare = stage.beside('remote.git');
  stage.git('init', '-q', '--bare', '-b', 'main', bare);
  stage.git('-C', bare, 'config', 'http.receivepack', 'true');
  if (kind === 'http') http = await serveHttp(stage.root, stage.repository.env);
  return new ScheduleWorld(stage, http === undefined ? bare : `${http.url}/remote.git`);
}

/** Everybody has the same, it holds, and all that anybody was told is there. */
async function expectSame(world: ScheduleWorld): Promise<void> {
  const there = world.refsOf(stage.beside('remote.git'));
  expect(there.length).toBeGreaterThan(3);
  const grants = new Set(world.acknowledged('grant').map(({ id }) => id));
  const gone = new Set(world.acknowledged('gone-grant').map(({ id }) => id));
  for (const { name, cwd, person } of world.clones) {
    expect(world.refsOf(cwd), name).toEqual(there);
    expect((await person.json(['verify', '--all']))['findings'], name).toEqual([]);
    expect(stage.gitCode('-C', cwd, 'fsck', '--strict', '--no-dangling'), name).toBe(0);
    const lines = new Set(
      (await person.answer('oplog', ['--all-replicas', '--limit', '1000'])).operations.map(({ id }) =>
        String(id),
      ),
    );
    const lost = world.clones.flatMap(({ done }) => [...done.keys()]).filter((id) => !lines.has(id));
    expect(lost, `lines that ${name} does not know`).toEqual([]);
    const known = new Set((await person.answer('grant-list')).grants.map(({ id }) => String(id)));
    expect(
      [...grants].filter((id) => !known.has(id)),
      `grants that ${name} lost`,
    ).toEqual([]);
    expect(
      [...gone].filter((id) => known.has(id)),
      `grants that came back in ${name}`,
    ).toEqual([]);
    const tombstones = new Set(
      (await person.answer('tombstone-list')).tombstones.map(({ tombstone }) => String(tombstone)),
    );
    const missing = world.acknowledged('tombstone').filter(({ id }) => !tombstones.has(id));
    expect(missing, `tombstones that ${name} does not know`).toEqual([]);
    for (const { state } of world.acknowledged('state')) await person.ok(['show', state]);
    for (const { commit } of world.acknowledged('landing'))
      expect(
        stage.gitCode('-C', cwd, 'merge-base', '--is-ancestor', commit, 'main'),
        `${commit} in ${name}`,
      ).toBe(0);
  }
}

describe(`clones that share a remote, from seed ${SEED}`, { timeout: RUNS * 300_000 }, () => {
  it.each([
    ['file', 2],
    ['http', 3],
  ] as const)('come to the same over %s, %i of them, whatever happens', async (kind, count) => {
    for (let run = 0; run < RUNS; run += 1) {
      const world = await open(kind);
      const schedule = new Schedule(world, new Chance(SEED + run));
      await schedule.begin(count);
      try {
        for (let step = 0; step < STEPS; step += 1) await schedule.step();
        await world.settle();
        await expectSame(world);
      } catch (error) {
        throw new Error(`seed ${SEED + run}\n${world.told.join('\n')}\n${String(error)}`, { cause: error });
      }
    }
  });
});
