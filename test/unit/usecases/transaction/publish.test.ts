import { describe, expect, it } from 'vitest';
import { AUTHORITY_REF, threadRef } from '#domain/refs.ts';
import { HeddleError } from '#domain/error.ts';
import type { Workspace } from '#ports/workspace.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { startThread } from '#usecases/threads/start.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { writeCommit } from '../../../support/memory/files.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture, stepsOf, watched, type Step } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

const IN_A_WORKTREE = { thread: 'other', task: null, from: null, directory: '/srv/other' };

async function captured(): Promise<MemoryRepository> {
  const repository = await started();
  await save(repository, repository.workspace, { 'a.txt': 'one' });
  return repository;
}

const CAPTURE_STEPS: readonly Step[] = [
  'keep chain',
  'write objects',
  'prepare refs',
  'append line',
  'commit refs',
  'write position',
  'mark applied',
];

describe('a mutation', () => {
  it('makes objects durable, locks refs, writes its line, moves refs and does its effects, in this order', async () => {
    const repository = await started();
    const steps = await stepsOf(repository.workspace, (workspace) =>
      save(repository, workspace, { 'a.txt': 'one' }),
    );
    expect(steps).toEqual(CAPTURE_STEPS);
  });

  it('checks the authority chain also where it moves no ref', async () => {
    const { workspace } = await captured();
    const steps = await stepsOf(workspace, (inner) => startThread(inner, IN_A_WORKTREE));
    expect(steps).toEqual([
      'keep chain',
      'write objects',
      'prepare refs',
      'append line',
      'commit refs',
      'write thread',
      'make worktree',
      'write position',
      'mark applied',
    ]);
  });

  it.each(CAPTURE_STEPS.slice(0, 4))('leaves everything as it was when it fails to %s', async (step) => {
    const repository = await captured();
    const { workspace } = repository;
    const before = await picture(workspace);
    const failing = watched(workspace, (reached, when) => {
      if (reached === step && when === 'before') throw new HeddleError('DISK_FULL', 'no room');
    });
    await expect(save(repository, failing, { 'a.txt': 'two' })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(await picture(workspace)).toEqual(before);
    await expect(save(repository, workspace, {})).resolves.toMatchObject({ created: true });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('lets go of the refs that it locked when its line cannot be written', async () => {
    const repository = await captured();
    const steps: Step[] = [];
    const failing = watched(repository.workspace, (step, when) => {
      if (when === 'before') steps.push(step);
      if (step === 'append line') throw new HeddleError('DISK_FULL', 'no room');
    });
    await expect(save(repository, failing, { 'a.txt': 'two' })).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(steps.slice(-2)).toEqual(['append line', 'abort refs']);
    const prepared = await repository.workspace.refs.prepare(
      [{ name: threadRef('unrelated'), old: null, new: 'a'.repeat(40) }],
      [],
    );
    await prepared.abort();
  });
});

describe('a decision that went stale', () => {
  /** Somebody moves the authority chain between the decision and the lock on the refs. */
  function withRival({ workspace }: MemoryRepository): Workspace {
    const { writer, refs } = workspace;
    const moveAuthority = async (): Promise<void> => {
      const old = (await refs.read(AUTHORITY_REF)) ?? null;
      const next = await writeCommit(writer, new Map());
      await (await refs.prepare([{ name: AUTHORITY_REF, old, new: next }], [])).commit();
    };
    return {
      ...workspace,
      writer: {
        batch() {
          const batch = writer.batch();
          return { ...batch, write: () => batch.write().then(moveAuthority) };
        },
      },
    };
  }

  it.each<[string, (repository: MemoryRepository, workspace: Workspace) => Promise<unknown>]>([
    ['capture', (repository, workspace) => save(repository, workspace, { 'a.txt': 'two' })],
    ['start', (_repository, workspace) => startThread(workspace, IN_A_WORKTREE)],
    [
      'grant',
      (_repository, workspace) =>
        addGrant(workspace, { principal: OWNER, role: 'reader', resource: 'acme/core:docs', until: null }),
    ],
  ])('stops a %s before its line', async (_what, work) => {
    const repository = await captured();
    const { operations } = await repository.workspace.log.check();
    const failure = expect(work(repository, withRival(repository))).rejects;
    await failure.toMatchObject({ code: 'REF_MOVED', facts: { ref: AUTHORITY_REF } });
    expect((await repository.workspace.log.check()).operations).toEqual(operations);
    expect(repository.worktrees.linked.size).toBe(0);
  });
});

describe('a denied mutation', () => {
  it('writes exactly one line and nothing else', async () => {
    const repository = await captured();
    const { workspace } = repository;
    const agent = await delegate(workspace, 'bot', { resources: ['acme/core@task:src'] });
    const before = await picture(workspace);
    const steps = await stepsOf(workspace, async (inner) => {
      const theirs = { ...inner, said: agent.said };
      await expect(save(repository, theirs, { 'a.txt': 'two' })).rejects.toMatchObject({
        code: 'DENIED',
        recorded: { denial: { code: 'SCOPE_RESOURCE', denied: ['acme/core@task:a.txt'] } },
      });
    });
    expect(steps).toEqual(['keep chain', 'append line', 'mark applied']);
    const { operations } = await workspace.log.check();
    const last = operations.at(-1);
    expect(last).toMatchObject({
      line: { op: 'capture', states: [], verdict: { verdict: 'deny', code: 'SCOPE_RESOURCE' } },
      texts: { resource: 'acme/core@task:a.txt', refs: [], effects: [], inverse: null },
    });
    expect(await picture(workspace)).toEqual({
      ...(before as object),
      operations: operations.map(({ id }) => id),
    });
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('is signed by the clone where the caller has no credential', async () => {
    const repository = await captured();
    const stranger = await join(repository, DEV, null);
    const { sessions } = repository.credentials;
    const nobody = { ...stranger, credentials: repository.credentials };
    expect(sessions.has(DEV)).toBe(false);
    await expect(start(nobody, 'other')).rejects.toMatchObject({
      recorded: { denial: { code: 'CREDENTIAL_MISSING' } },
    });
    const line = (await repository.workspace.log.check()).operations.at(-1)?.line;
    const { replica, signer } = await repository.workspace.replica();
    expect(line).toMatchObject({ chain: null, holder: signer.publicKey, replica, actor: { principal: DEV } });
    expect((await verify(repository.workspace, { all: true })).findings).toEqual([]);
  });
});

describe('a mutation that finds nothing to do', () => {
  it('asks for nothing and writes nothing', async () => {
    const repository = await captured();
    expect(await stepsOf(repository.workspace, (inner) => save(repository, inner, {}))).toEqual([]);
    const untouched = await killedAt(repository.workspace, { step: 'append line', when: 'before' }, (inner) =>
      save(repository, inner, {}),
    );
    expect(untouched).toBe(false);
  });
});
