import { describe, expect, it } from 'vitest';
import { HeddleError } from '#domain/error.ts';
import type { OperationLine } from '#domain/operation/operation.ts';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant } from '#usecases/keys/grants.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { startThread } from '#usecases/threads/start.ts';
import { applyEffects } from '#usecases/transaction/effects.ts';
import { recover, recoverIfLeftOver } from '#usecases/transaction/recover.ts';
import { verify } from '#usecases/verify/verify.ts';
import { OWNER } from '../../../support/decisions.ts';
import { save, start, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture, stepsOf, type Step } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

type Work = (repository: MemoryRepository, workspace: Workspace) => Promise<unknown>;

const MUTATIONS: readonly (readonly [string, Work])[] = [
  ['capture', (repository, workspace) => save(repository, workspace, { 'a.txt': 'two' })],
  ['start here', (_repository, workspace) => start(workspace, 'other')],
  [
    'start elsewhere',
    (_repository, workspace) =>
      startThread(workspace, { thread: 'other', task: null, from: null, directory: '/srv/other' }),
  ],
  [
    'grant',
    (_repository, workspace) =>
      addGrant(workspace, { principal: OWNER, role: 'reader', resource: 'acme/core:docs', until: null }),
  ],
  ['undo', (_repository, workspace) => undo(workspace, null)],
];

async function captured(): Promise<MemoryRepository> {
  const repository = await started();
  await save(repository, repository.workspace, { 'a.txt': 'one' });
  return repository;
}

/** What a mutation changed, without the ids that are others in each run. */
async function shape(workspace: Workspace): Promise<unknown> {
  const refs = await workspace.refs.list('refs/');
  const { operations } = await workspace.log.check();
  const seen = new Map<string, number>();
  const number = (id: string): number => seen.get(id) ?? seen.set(id, seen.size).size - 1;
  for (const { texts } of operations) {
    for (const ref of texts === 'redacted' ? [] : texts.refs) number(ref.new ?? '');
  }
  for (const { line } of operations) line.states.forEach(number);
  const directories = (await workspace.worktrees.list()).map(async ({ directory, gitDir }) => {
    const position = await workspace.records.readPosition(gitDir);
    return [directory, position?.thread, number(position?.state ?? '')];
  });
  return {
    refs: [...refs].map(([name, id]) => [name, number(id)]),
    directories: await Promise.all(directories),
    threads: (await listThreadRecords(workspace)).map(({ thread }) => thread),
    operations: operations.length,
  };
}

describe.each(MUTATIONS)('a killed %s', (_name, work) => {
  it('is as before or as after it, by whether its line was written, and never a third', async () => {
    const calm = await captured();
    const old = await shape(calm.workspace);
    const steps = await stepsOf(calm.workspace, (inner) => work(calm, inner));
    const done = await shape(calm.workspace);
    expect(done).not.toEqual(old);
    expect(steps).toContain('append line');
    for (const step of new Set(steps)) {
      for (const when of ['before', 'after'] as const) {
        const repository = await captured();
        const { workspace } = repository;
        const reached = await killedAt(workspace, { step, when }, (inner) => work(repository, inner));
        expect(reached, `${when} ${step}`).toBe(true);
        await workspace.lock.run(() => recover(workspace));
        const expected = isCommitted(steps, step, when) ? done : old;
        expect(await shape(workspace), `${when} ${step}`).toEqual(expected);
        expect(await workspace.log.unapplied()).toEqual([]);
        expect((await verify(workspace, { all: true })).findings).toEqual([]);
      }
    }
  });

  it('has effects that can be done again', async () => {
    const repository = await captured();
    await work(repository, repository.workspace);
    const before = await picture(repository.workspace);
    const texts = (await repository.workspace.log.check()).operations.at(-1)?.texts;
    if (texts === undefined || texts === 'redacted') throw new Error('the log has a readable line');
    await applyEffects(repository.workspace, texts.effects);
    expect(await picture(repository.workspace)).toEqual(before);
  });
});

function isCommitted(steps: readonly Step[], step: Step, when: 'before' | 'after'): boolean {
  const line = steps.indexOf('append line');
  return steps.indexOf(step) > line || (step === 'append line' && when === 'after');
}

describe('recovery', () => {
  it('leaves a worktree alone that stands on its thread already', async () => {
    const repository = await captured();
    const directory = '/srv/other';
    const start = { thread: 'other', task: null, from: null, directory };
    await killedAt(repository.workspace, { step: 'mark applied', when: 'before' }, (inner) =>
      startThread(inner, start),
    );
    repository.worktrees.linked.set(directory, 'edited since');
    await repository.workspace.lock.run(() => recover(repository.workspace));
    expect(repository.worktrees.linked.get(directory)).toBe('edited since');
  });

  async function killedAfterLine(): Promise<MemoryRepository> {
    const repository = await captured();
    await killedAt(repository.workspace, { step: 'append line', when: 'after' }, (inner) =>
      save(repository, inner, { 'a.txt': 'two' }),
    );
    return repository;
  }

  it('says what it finished, and has nothing to say the second time', async () => {
    const { workspace } = await killedAfterLine();
    const notes = await workspace.lock.run(() => recover(workspace));
    expect(notes.some((note) => note.startsWith('finished the refs of ho-'))).toBe(true);
    expect(await workspace.lock.run(() => recover(workspace))).toEqual([]);
  });

  it('voids a line whose objects are gone, by a line that says so', async () => {
    const { workspace, tamper } = await killedAfterLine();
    const lost = (await workspace.log.check()).operations.at(-1);
    const refs = lost === undefined || lost.texts === 'redacted' ? [] : lost.texts.refs;
    tamper(refs[0]?.new ?? '', null);
    await workspace.lock.run(() => recover(workspace));
    const last = (await workspace.log.check()).operations.at(-1);
    expect(last).toMatchObject({ line: { op: 'recovery' }, texts: { result: { voided: lost?.id } } });
    expect(await workspace.refs.read(threadRef('task'))).toBe(refs[0]?.old);
    expect(await workspace.lock.run(() => recover(workspace))).toEqual([]);
    expect((await verify(workspace, { all: true })).findings).toEqual([]);
  });

  it('leaves a ref to whoever moved it since', async () => {
    const { workspace } = await killedAfterLine();
    await workspace.refs.removeStaleLocks();
    const name = threadRef('task');
    const old = (await workspace.refs.read(name)) ?? null;
    await (await workspace.refs.prepare([{ name, old, new: null }], [])).commit();
    const notes = await workspace.lock.run(() => recover(workspace));
    expect(notes.join()).toContain('was moved by somebody else');
    expect(await workspace.refs.read(name)).toBeUndefined();
    expect(await workspace.log.unapplied()).toEqual([]);
  });

  it('goes on where an effect cannot be done', async () => {
    const repository = await captured();
    const { workspace } = repository;
    const directory = '/srv/other';
    await killedAt(workspace, { step: 'append line', when: 'after' }, (inner) =>
      startThread(inner, { thread: 'other', task: null, from: null, directory }),
    );
    const blocked: Workspace = {
      ...workspace,
      worktrees: {
        ...workspace.worktrees,
        add: async () => {
          throw new HeddleError('OUTPUT_EXISTS', 'there is something already');
        },
      },
    };
    const notes = await blocked.lock.run(() => recover(blocked));
    expect(notes.join()).toContain('there is something already');
    expect(await workspace.log.unapplied()).toEqual([]);
  });

  it('is left to the holder of the lock where a verb only reads', async () => {
    const { workspace } = await killedAfterLine();
    const before = await picture(workspace);
    await workspace.lock.run(() => recoverIfLeftOver(workspace));
    expect(await picture(workspace)).toEqual(before);
    await recoverIfLeftOver(workspace);
    expect(await workspace.log.unapplied()).toEqual([]);
  });

  it('does not keep a reading verb from damage that the verb is to report', async () => {
    const { workspace } = await killedAfterLine();
    const damaged: Workspace = {
      ...workspace,
      log: {
        ...workspace.log,
        unapplied: async () => {
          throw new HeddleError('LOG_CORRUPT', 'a line is damaged');
        },
      },
    };
    await expect(recoverIfLeftOver(damaged)).resolves.toBeUndefined();
  });

  it.each<[string, (line: OperationLine) => Partial<OperationLine>]>([
    ['another signature', () => ({ sig: 'A'.repeat(86) })],
    ['another holder', () => ({ holder: '0'.repeat(64) })],
    ['another actor', ({ actor }) => ({ actor: { ...actor, principal: 'mallory@example.com' } })],
  ])('does not carry out a line with %s', async (_what, change) => {
    const { workspace } = await killedAfterLine();
    const before = await picture(workspace);
    const unapplied: Workspace['log']['unapplied'] = async () =>
      (await workspace.log.unapplied()).map((operation) => ({
        ...operation,
        line: { ...operation.line, ...change(operation.line) },
      }));
    const forged: Workspace = { ...workspace, log: { ...workspace.log, unapplied } };
    const notes = await forged.lock.run(() => recover(forged));
    expect(notes.join()).toContain('left as it is');
    expect(await picture(workspace)).toEqual(before);
  });

  it('makes no worktree that a line of this very replica names, where this home began none', async () => {
    const { workspace } = await captured();
    // Whoever can write the repository can write a line, and the mark of one before it; they lack the home.
    const { records } = workspace;
    const planter: Workspace = {
      ...workspace,
      records: { ...records, writeUndertaking: async () => undefined },
    };
    await startThread(workspace, { thread: 'mine', task: null, from: null, directory: '/srv/mine' });
    await undo(workspace, null);
    await killedAt(planter, { step: 'append line', when: 'after' }, (inner) =>
      startThread(inner, { thread: 'other', task: null, from: null, directory: '/home/me/.config' }),
    );
    const notes = await workspace.lock.run(() => recover(workspace));
    expect(notes.join()).toContain('this user began no such thing here');
    const directories = (await workspace.worktrees.list()).map(({ directory }) => directory);
    expect(directories).not.toContain('/home/me/.config');
  });

  it('makes no worktree for the replica of another clone', async () => {
    const repository = await captured();
    const { workspace } = repository;
    await killedAt(workspace, { step: 'append line', when: 'after' }, (inner) =>
      startThread(inner, { thread: 'other', task: null, from: null, directory: '/srv/other' }),
    );
    const other = await started();
    const copied: Workspace = { ...workspace, replica: other.workspace.replica };
    const notes = await copied.lock.run(() => recover(copied));
    expect(notes.join()).toContain('for another clone or user');
    expect(repository.worktrees.linked.size).toBe(0);
  });
});
