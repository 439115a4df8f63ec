import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthorityId } from '#domain/id.ts';
import { AUTHORITY_REF, TOMBSTONES_REF } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { adopt } from '#usecases/receive/adopt.ts';
import { adoptOrTake } from '#usecases/remotes/take-all.ts';
import { verify } from '#usecases/verify/verify.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { moveRef } from '../../../support/memory/removal/set-files.ts';
import { fetched, save, start, started } from '../../../support/memory/scenes.ts';
import { MemoryRemote } from '../../../support/memory/transport.ts';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory/workspace.ts';

const ANY = { remote: null, genesis: null };

let origin: MemoryRepository;
let remote: MemoryRemote;
beforeEach(async () => {
  origin = await started();
  await save(origin, origin.workspace, { 'src/a.ts': 'secret' });
  await redactPath(origin.workspace, 'src/a.ts');
  remote = new MemoryRemote();
  for (const [name, id] of await origin.workspace.refs.list('refs/heddle/')) remote.refs.set(name, id);
});

/** A clone that git made, with remotes of these names; all of them are the same one. */
function cloned(...names: readonly string[]): Workspace {
  const { workspace } = createMemoryRepository(origin.store);
  return {
    ...workspace,
    transport: async () => remote.transportOf(workspace),
    remotes: async () => names.map((name) => ({ name, url: 'memory', pushUrl: 'memory' })),
  };
}

const refsOf = async ({ refs }: Workspace): Promise<ReadonlyMap<string, string>> => refs.list('refs/heddle/');

describe('a clone that git made', () => {
  it('begins with what the remote keeps, all of it verified', async () => {
    const clone = cloned('other', 'origin');
    const { result } = await adoptOrTake(clone, ANY);
    expect(result).toMatchObject({ repository: 'acme/core', adopted: { threads: 1, tombstones: 1 } });
    expect((await verify(clone, { all: true })).findings).toEqual([]);
    await expect(adoptOrTake(clone, ANY)).rejects.toMatchObject({ code: 'ALREADY_INITIALISED' });
    const again = adoptOrTake(clone, { ...ANY, remote: 'origin' });
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_INITIALISED' });
  });

  it('takes nothing in of what does not verify, or begins with another genesis', async () => {
    const clone = cloned('origin');
    const genesis = `hg-${'0'.repeat(52)}` as AuthorityId;
    await expect(adoptOrTake(clone, { ...ANY, genesis })).rejects.toMatchObject({ code: 'ADOPT_REFUSED' });
    remote.refs.set('refs/heddle/threads/task/login', remote.refs.get(TOMBSTONES_REF) ?? '');
    await expect(adoptOrTake(clone, ANY)).rejects.toMatchObject({ code: 'ADOPT_REFUSED' });
    expect((await refsOf(clone)).size).toBe(0);
    expect(await clone.records.readClone()).toBeUndefined();
  });

  it('says what to do where no remote is meant, or it keeps nothing', async () => {
    for (const names of [[], ['a', 'b']]) {
      await expect(adoptOrTake(cloned(...names), ANY)).rejects.toMatchObject({
        code: 'ADOPT_REFUSED',
        facts: { remotes: names, advice: expect.stringContaining('--adopt') as string },
      });
    }
    const named = await adoptOrTake(cloned('a', 'b'), { ...ANY, remote: 'b' });
    expect(named.result.adopted).toMatchObject({ threads: 1 });
    remote.refs.clear();
    await expect(adoptOrTake(cloned('origin'), ANY)).rejects.toMatchObject({ code: 'ADOPT_REFUSED' });
  });

  it('takes what was fetched by hand as it is, and asks a remote only where one is named', async () => {
    const clone = cloned();
    for (const [name, id] of remote.refs) await moveRef(clone, name, id);
    remote.refs.clear();
    expect((await adoptOrTake(clone, ANY)).result.adopted).toMatchObject({ threads: 1 });
  });

  it('moves the authority last: killed before that, the next time fetches the rest', async () => {
    const clone = cloned('origin');
    const parts: (readonly string[])[] = [];
    const killed: Workspace = {
      ...clone,
      refs: {
        list: async (prefix) => clone.refs.list(prefix),
        read: async (name) => clone.refs.read(name),
        readBranch: async (name) => clone.refs.readBranch(name),
        removeStaleLocks: async () => clone.refs.removeStaleLocks(),
        prepare: async (changes, others) => {
          parts.push(changes.map(({ name }) => name));
          if (changes.some(({ name }) => name === AUTHORITY_REF)) throw new Error('killed');
          return clone.refs.prepare(changes, others);
        },
      },
    };
    await expect(adoptOrTake(killed, ANY)).rejects.toThrow('killed');
    expect(parts).toEqual([expect.arrayContaining([TOMBSTONES_REF]), [AUTHORITY_REF]]);
    const { result } = await adoptOrTake(clone, ANY);
    expect(result.adopted).toMatchObject({ threads: 1, tombstones: 1 });
    expect((await verify(clone, { all: true })).findings).toEqual([]);
  });
});

describe('a remote that has a thread with what every clone refuses', () => {
  const SHARED = 'refs/heddle/threads/later';

  /** Somebody who never heard of the removal captured the same. */
  beforeEach(async () => {
    origin = await started();
    await save(origin, origin.workspace, { 'src/a.ts': 'secret' });
    const early = await fetched(origin);
    const { keys, credentials } = origin.workspace;
    const theirs = { ...early.workspace, keys, credentials };
    await adopt(theirs, null);
    await start(theirs, 'later');
    await save(early, theirs, { 'src/z.ts': 'secret' });
    const rules = { shunList: 'travelling' } as const;
    await setPolicy(origin.workspace, { resource: null, rules, reason: null, dryRun: false });
    await redactPath(origin.workspace, 'src/a.ts');
    remote = new MemoryRemote();
    for (const [name, id] of await origin.workspace.refs.list('refs/heddle/')) remote.refs.set(name, id);
    remote.refs.set(SHARED, (await theirs.refs.read(SHARED)) ?? '');
  });

  it('is begun with without that thread, which is told', async () => {
    const clone = cloned('origin');
    const { result, notes } = await adoptOrTake(clone, ANY);
    expect(result.adopted).toMatchObject({ threads: 1, tombstones: 1 });
    expect(notes.join()).toMatch(/the thread later was left out: src\/z\.ts holds what hr-\w+ removed/);
    expect([...(await refsOf(clone)).keys()].filter((name) => name.endsWith('later'))).toEqual([]);
  });

  it('is not begun with where it was fetched by hand, and the refusal says what helps', async () => {
    const clone = cloned('origin');
    for (const [name, id] of remote.refs) await moveRef(clone, name, id);
    await expect(adoptOrTake(clone, ANY)).rejects.toMatchObject({
      code: 'ADOPT_REFUSED',
      facts: { advice: expect.stringContaining(`git update-ref -d ${SHARED}`) as string },
    });
    expect(await clone.records.readClone()).toBeUndefined();
  });
});
