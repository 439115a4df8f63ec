import { beforeEach, describe, expect, it } from 'vitest';
import { USUAL_CLAIM_LIFE } from '#domain/claim/claim.ts';
import { HeddleError } from '#domain/error.ts';
import { formatInstant, instantMilliseconds } from '#domain/time.ts';
import { claimJson } from '#domain/claim/claim-record.ts';
import type { OperationTexts } from '#domain/operation/operation.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { publish } from '#usecases/transaction/publish.ts';
import { undo } from '#usecases/undo/undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { claimThread } from '#usecases/threads/claim/claim-thread.ts';
import { releaseThread } from '#usecases/threads/claim/release-thread.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import { listThreads, showThread } from '#usecases/threads/list-threads.ts';
import { status } from '#usecases/threads/status.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture, stepsOf } from '../../../support/memory/steps.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

/** The shell that the owner works in, and that of somebody else. */
const SHELL = 7;
const OTHER_SHELL = 8;

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  repository.processes.alive.add(SHELL).add(OTHER_SHELL);
  standIn(SHELL);
});

function standIn(shell: number): void {
  repository.processes.parents = [shell, 1];
}

function later(milliseconds: number): void {
  repository.now = formatInstant(instantMilliseconds(repository.now) + milliseconds);
}

const claim = async (by: Workspace, life = USUAL_CLAIM_LIFE, pid: number | null = null) =>
  claimThread(by, { thread: 'task', life, binding: { pid, run: null }, wait: null });
const release = async (by: Workspace, force = false) => releaseThread(by, { thread: 'task', force });
const claimed = async () => (await showThread(workspace, 'task')).claim;

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

async function ops(): Promise<readonly string[]> {
  return (await workspace.log.check()).operations.map(({ line }) => line.op);
}

describe('a claimed thread', () => {
  it('is written to by its holder, and by nobody else', async () => {
    const dev = await join(repository, DEV, 'developer');
    const { result } = await claim(workspace);
    expect(result).toMatchObject({ thread: 'task', created: true, claim: { pid: SHELL, process: 'alive' } });
    await save(repository, workspace, { a: '1' });
    standIn(OTHER_SHELL);
    const before = await picture(workspace);
    await expect(save(repository, dev, { a: '2' })).rejects.toMatchObject({
      code: 'THREAD_CLAIMED',
      facts: { thread: 'task', principal: 'owner@example.com', pid: SHELL, process: 'alive' },
    });
    await expect(claim(dev)).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    await expect(release(dev)).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    expect(await picture(workspace)).toEqual(before);
    await expectSound();
  });

  it('keeps out another process with the same credential, which may give the claim back', async () => {
    await claim(workspace);
    standIn(OTHER_SHELL);
    await expect(save(repository, workspace, { a: '1' })).rejects.toMatchObject({
      code: 'THREAD_CLAIMED',
      facts: { advice: expect.stringContaining('yours') as string },
    });
    expect((await release(workspace)).result.released).toMatchObject({ pid: SHELL });
    await save(repository, workspace, { a: '1' });
    await expectSound();
  });

  it('is written to by whom its holder made a token for, below the same process', async () => {
    const agent = await delegate(workspace, 'worker');
    await claim(workspace);
    await save(repository, agent, { a: '1' });
    await expect(release(agent)).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    standIn(OTHER_SHELL);
    await expect(save(repository, agent, { a: '2' })).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    await expectSound();
  });

  it('is neither dropped nor undone by others, and an agent keeps its person out', async () => {
    const agent = await delegate(workspace, 'worker');
    await save(repository, workspace, { a: '1' });
    await claim(agent);
    await expect(undo(workspace, null)).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    await expect(dropThread(workspace, { thread: 'task', force: false })).rejects.toMatchObject({
      code: 'THREAD_CLAIMED',
      facts: { agent: 'worker' },
    });
    await release(workspace);
    await dropThread(workspace, { thread: 'task', force: false });
    await expectSound();
  });

  it('is shown with who holds it, and what others can do', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    expect(await claimed()).toMatchObject({ pid: SHELL, process: 'alive', ends: null, agent: null });
    expect((await listThreads(workspace)).result.threads[0]?.claim).toEqual(await claimed());
    expect((await status(workspace)).claim).toEqual(await claimed());
    expect((await status(workspace)).attention.map(({ message }) => message)).toEqual([]);
    standIn(OTHER_SHELL);
    expect((await status(dev)).attention.map(({ command }) => command?.slice(1, 3))).toContainEqual([
      'thread',
      'claim',
    ]);
  });

  it('is claimed again by its holder without a line, and anew where the process is another one', async () => {
    await claim(workspace);
    expect(await claim(workspace)).toMatchObject({ operation: null, result: { created: false } });
    repository.processes.alive.delete(SHELL);
    standIn(OTHER_SHELL);
    expect((await claim(workspace)).result).toMatchObject({ created: true, claim: { pid: OTHER_SHELL } });
    await expectSound();
  });

  it('goes with its thread', async () => {
    await claim(workspace);
    await dropThread(workspace, { thread: 'task', force: false });
    await start(workspace, 'task');
    expect(await claimed()).toBeNull();
    expect(await ops()).toContain('recovery');
    await expectSound();
  });

  it('that nobody can read stays closed until a maintainer opens it', async () => {
    const dev = await join(repository, DEV, 'developer');
    const unreadable = new HeddleError('FORMAT_INVALID', 'a claim has no proper holder');
    const broken = { ...workspace.records, readClaim: async () => Promise.reject(unreadable) };
    await expect(save(repository, { ...workspace, records: broken }, { a: '1' })).rejects.toMatchObject({
      code: 'FORMAT_INVALID',
    });
    await expect(release({ ...dev, records: broken })).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(release({ ...dev, records: broken }, true)).rejects.toMatchObject({ code: 'DENIED' });
    expect((await release({ ...workspace, records: broken }, true)).result.released).toBeNull();
    await expectSound();
  });
});

describe('a claim whose process is gone', () => {
  it('stands until its time has passed, and ends then with a line of the clone', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    repository.processes.alive.delete(SHELL);
    standIn(OTHER_SHELL);
    later(USUAL_CLAIM_LIFE - 1);
    await expect(save(repository, dev, { a: '1' })).rejects.toMatchObject({
      code: 'THREAD_CLAIMED',
      facts: { process: 'gone', ends: formatInstant(instantMilliseconds(repository.now) + 1) },
    });
    const waits = expect.objectContaining({
      command: ['heddle', 'thread', 'claim', 'task', '--wait'],
    }) as object;
    expect((await status(dev)).attention).toContainEqual(waits);
    later(1);
    expect((await status(dev)).attention).not.toContainEqual(waits);
    await save(repository, dev, { a: '1' });
    expect((await ops()).slice(-2)).toEqual(['recovery', 'capture']);
    expect(await claimed()).toBeNull();
    await expectSound();
  });

  it('is renewed by each change of the credential that holds it', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    repository.processes.alive.delete(SHELL);
    later(USUAL_CLAIM_LIFE - 1);
    await save(repository, workspace, { a: '1' });
    later(USUAL_CLAIM_LIFE - 1);
    await expect(save(repository, dev, { a: '2' })).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    later(1);
    standIn(OTHER_SHELL);
    expect((await claim(dev)).result.claim).toMatchObject({ principal: DEV });
    await expectSound();
  });

  it('never ends while the process lives, nor where nobody can look', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    later(USUAL_CLAIM_LIFE * 20);
    await expect(claim(dev)).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    repository.processes.alive.delete(SHELL);
    standIn(OTHER_SHELL);
    const here = repository.processes.self;
    repository.processes.self = () => ({ ...here(), place: 'another/pid:[1]' });
    await expect(claim(dev)).rejects.toMatchObject({ facts: { process: 'on another machine', ends: null } });
    // Neither does its own credential from elsewhere write.
    await expect(save(repository, workspace, { a: '1' })).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    repository.processes.self = () => ({ ...here(), boot: 'the next one' });
    expect((await claim(dev)).result.created).toBe(true);
    await expectSound();
  });
});

describe('giving a claim back', () => {
  it('of a thread that nobody claimed does nothing; of one that is not there is refused', async () => {
    expect(await release(workspace)).toMatchObject({ operation: null, result: { released: null } });
    await expect(releaseThread(workspace, { thread: 'none', force: false })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      claimThread(workspace, { thread: 'none', life: 1, binding: { pid: null, run: null }, wait: null }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that is somebody else’s is for maintainers, by force', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    standIn(OTHER_SHELL);
    await expect(release(dev, true)).rejects.toMatchObject({ code: 'DENIED' });
    await release(workspace);
    await claim(dev);
    standIn(SHELL);
    await expect(release(workspace)).rejects.toMatchObject({ code: 'THREAD_CLAIMED' });
    expect((await release(workspace, true)).result.released).toMatchObject({ principal: DEV });
    await expectSound();
  });

  it('is undone, and so is a claim, unless somebody claimed the thread since', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    const made = await claimed();
    await release(workspace);
    await undo(workspace, null);
    expect(await claimed()).toEqual(made);
    await expect(redo(workspace, null)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      message: expect.stringContaining('heddle thread release') as string,
    });
    await undo(workspace, null);
    expect(await claimed()).toBeNull();
    await claim(workspace);
    await release(workspace);
    await claim(dev);
    await expect(undo(workspace, null)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expectSound();
  });
});

describe('the process of a claim', () => {
  it('is the one that was named, where it runs', async () => {
    expect((await claim(workspace, undefined, OTHER_SHELL)).result.claim.pid).toBe(OTHER_SHELL);
    await release(workspace);
    await expect(claim(workspace, undefined, 12_345)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is the program of the run that this came from, and of no other', async () => {
    const run = (await workspace.log.check()).operations[0]?.id;
    if (run === undefined) throw new Error('nothing was done');
    const supervisor = repository.processes.self();
    const child = { ...supervisor, pid: OTHER_SHELL, started: String(OTHER_SHELL) };
    await workspace.runNotes.write({ run, supervisor, child, deadline: null });
    const inRun = async () =>
      claimThread(workspace, { thread: 'task', life: 1000, binding: { pid: null, run }, wait: null });
    expect((await inRun()).result.claim.pid).toBe(SHELL);
    await release(workspace);
    repository.processes.parents = [SHELL, OTHER_SHELL];
    expect((await inRun()).result.claim.pid).toBe(OTHER_SHELL);
  });
});

describe('killed', () => {
  it.each(['claim', 'release'] as const)('a %s leaves old or new', async (verb) => {
    const act = async (by: Workspace) => (verb === 'claim' ? claim(by) : release(by));
    const prepare = async () => {
      const fresh = await started();
      fresh.processes.alive.add(SHELL);
      fresh.processes.parents = [SHELL, 1];
      if (verb === 'release') await claim(fresh.workspace);
      return fresh;
    };
    const steps = await stepsOf((await prepare()).workspace, act);
    expect(steps).toContain('write claim');
    for (const step of new Set(steps)) {
      for (const when of ['before', 'after'] as const) {
        const { workspace: fresh } = await prepare();
        const held = async () => (await fresh.records.readClaim('task')) !== undefined;
        const before = { held: await held(), ops: (await fresh.log.check()).operations.length };
        expect(await killedAt(fresh, { step, when }, act)).toBe(true);
        await recover(fresh);
        const lines = (await fresh.log.check()).operations.length;
        expect([step, when, await held()]).toEqual([
          step,
          when,
          lines > before.ops ? !before.held : before.held,
        ]);
        expect((await verify(fresh, { all: true })).findings).toEqual([]);
      }
    }
  });
});

describe('verification', () => {
  it('finds a claim for somebody else, and one that was given back but never made', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    const made = await workspace.records.readClaim('task');
    if (made === undefined) throw new Error('nothing was claimed');
    await release(workspace);
    const back = { refs: [], effects: [] };
    await forge(dev, 'thread-claim', { effects: [{ kind: 'claim', thread: 'task', claim: made }] });
    expect(await found()).toEqual([expect.stringContaining('for somebody else')]);
    const other = { ...made, since: formatInstant(1) };
    await forge(dev, 'thread-release', {
      effects: [{ kind: 'claim', thread: 'task', claim: null }],
      inverse: { ...back, effects: [{ kind: 'claim', thread: 'task', claim: other }] },
    });
    expect((await found()).at(-1)).toContain('nobody made');
  });

  it('finds a claim of others that was ended without force, or without the role', async () => {
    const dev = await join(repository, DEV, 'developer');
    await claim(workspace);
    const made = await workspace.records.readClaim('task');
    if (made === undefined) throw new Error('nothing was claimed');
    const texts = {
      effects: [{ kind: 'claim', thread: 'task', claim: null }],
      inverse: { refs: [], effects: [{ kind: 'claim', thread: 'task', claim: made }] },
    } as const;
    await forge(dev, 'thread-release', texts);
    expect(await found()).toEqual([expect.stringContaining("somebody else's claim")]);
    await forge(dev, 'thread-release', { ...texts, args: { operationId: null, verb: { force: true } } });
    expect((await found()).at(-1)).toContain('ROLE_INSUFFICIENT');
  });

  it('finds a recovery that ends a claim before its time, in somebody’s name, or changes more', async () => {
    await claim(workspace);
    const made = await workspace.records.readClaim('task');
    if (made === undefined) throw new Error('nothing was claimed');
    const args = { operationId: null, verb: { claim: claimJson(made), why: 'orphaned' } };
    const ends = { effects: [{ kind: 'claim', thread: 'task', claim: null }], args } as const;
    await forge(workspace, 'recovery', ends);
    expect(await found()).toEqual([expect.stringContaining('in the name of a clone')]);
    const unsigned = saying(workspace, { agentDetected: 'TEST_AGENT' });
    await forge(unsigned, 'recovery', ends);
    expect((await found()).at(-1)).toContain('before its time');
    await forge(unsigned, 'recovery', { effects: [{ kind: 'thread', thread: 'task', record: null }] });
    expect((await found()).at(-1)).toContain('more than a claim');
  });
});

async function found(): Promise<readonly string[]> {
  return (await verify(workspace, { all: true })).findings.map(({ message }) => message);
}

/** A line that is written past the verb; it changes nothing here. */
async function forge(
  by: Workspace,
  op: 'thread-claim' | 'thread-release' | 'recovery',
  texts: Partial<OperationTexts>,
): Promise<void> {
  const { authority, caller, replica, now } = await readGround(by);
  await publish(
    by,
    { repo: authority.view.genesis, caller, replica, now },
    {
      op,
      verdict: { verdict: 'allow', stage: null, code: null },
      policy: authority.view.head,
      states: [],
      texts: {
        resource: 'acme/core@task',
        paths: [],
        args: null,
        refs: [],
        effects: [],
        inverse: null,
        result: null,
        ...texts,
      },
      verify: [],
      batch: null,
    },
  );
}
