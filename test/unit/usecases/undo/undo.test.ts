import { beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { startThread } from '#usecases/threads/start.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { verify } from '#usecases/verify/verify.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listThreadRecords } from '#usecases/threads/record/thread-records.ts';
import { DEV, OWNER } from '../../../support/decisions.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import { killedAt, picture } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function operations(): Promise<readonly LoggedOperation[]> {
  return (await workspace.log.check()).operations;
}

async function newest(op: string): Promise<string> {
  return (await operations()).findLast(({ line }) => line.op === op)?.id ?? '';
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

describe('undo', () => {
  it('takes back a capture: the ref, and where the worktree stands', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    await save(repository, workspace, { a: '2' });
    const { result } = await undo(workspace, null);
    expect(result).toEqual({ undone: await newest('capture'), op: 'capture', states: [state] });
    const position = await workspace.records.readPosition(workspace.places.gitDir);
    expect(position).toEqual({ thread: 'task', state });
    expect(repository.files.get('a')?.content).toBe('2');
    await expectSound();
  });

  it('goes back one by one, and then there is nothing left', async () => {
    await save(repository, workspace, { a: '1' });
    await save(repository, workspace, { a: '2' });
    for (const op of ['capture', 'capture', 'thread-start']) {
      expect((await undo(workspace, null)).result.op).toBe(op);
    }
    const before = await picture(workspace);
    await expect(undo(workspace, null)).rejects.toMatchObject({ code: 'UNDO_NOTHING' });
    expect(await picture(workspace)).toEqual(before);
    expect(await listThreadRecords(workspace)).toEqual([]);
    await expectSound();
  });

  it('is per actor: an agent what that agent did, a person what the person did', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    const dev = await join(repository, DEV, 'developer');
    const agent = await delegate(workspace, 'bot');
    await save(repository, agent, { a: '2' });
    await expect(undo(dev, null)).rejects.toMatchObject({ code: 'UNDO_NOTHING' });
    await expect(undo(workspace, await newest('init'))).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    expect((await undo(agent, null)).result).toMatchObject({ op: 'capture', states: [state] });
    await expect(undo(agent, null)).rejects.toMatchObject({ code: 'UNDO_NOTHING' });
    await expectSound();
  });

  it('of somebody else’s work needs a maintainer', async () => {
    await save(repository, workspace, { a: '1' });
    const id = await newest('capture');
    const dev = await join(repository, DEV, 'developer');
    await expect(undo(dev, id)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', required: { role: 'maintainer' } } },
    });
    const maintainer = await join(repository, 'max@example.com', 'maintainer');
    expect((await undo(maintainer, id)).result.op).toBe('capture');
    await expectSound();
  });

  it('of one’s own work needs no more than developing', async () => {
    const dev = await join(repository, DEV, 'developer');
    await save(repository, dev, { a: '1' });
    expect((await undo(dev, null)).result.op).toBe('capture');
    await expectSound();
  });

  it('is not somebody’s own for an agent that only bears the same name', async () => {
    const dev = await join(repository, DEV, 'developer');
    await save(repository, await delegate(dev, 'bot'), { a: '1' });
    const boss = await delegate(dev, 'boss');
    const namesake = await delegate(boss, 'bot', { file: '/credentials/namesake.hcred' });
    await expect(undo(namesake, null)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT' } },
    });
  });

  it('refuses what something was built on, what was undone, and what cannot be', async () => {
    await save(repository, workspace, { a: '1' });
    const first = await newest('capture');
    await save(repository, workspace, { a: '2' });
    await expect(undo(workspace, first)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { operation: first, op: 'capture' },
    });
    await undo(workspace, null);
    const undone = await newest('capture');
    await expect(undo(workspace, undone)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expect(undo(workspace, await newest('undo'))).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expect(undo(workspace, await newest('init'))).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
  });

  it('resolves the unambiguous beginning of an id', async () => {
    await save(repository, workspace, { a: '1' });
    await expect(undo(workspace, 'ho-')).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    await expect(undo(workspace, '0000000000')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const beginning = (await newest('capture')).slice(3, 15);
    expect((await undo(workspace, beginning)).result.op).toBe('capture');
  });

  it('takes back a grant by a record that removes it, and its removal by one that gives it again', async () => {
    await join(repository, DEV, null);
    const options = { principal: DEV, role: 'reader', resource: 'acme/core:docs', until: null } as const;
    const { result } = await addGrant(workspace, options);
    await removeGrant(workspace, result.grant.id);
    expect((await undo(workspace, null)).result.op).toBe('grant-remove');
    const { view } = await loadAuthority(workspace);
    expect(view.grants.filter(({ principal }) => principal === DEV)).toMatchObject([options]);
    await expect(undo(workspace, await newest('grant-add'))).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expectSound();
  });

  it('of a grant is never an agent’s', async () => {
    const grant = { principal: OWNER, role: 'reader', resource: 'acme/core:docs', until: null } as const;
    await addGrant(workspace, grant);
    const agent = await delegate(workspace, 'bot');
    await expect(undo(agent, await newest('grant-add'))).rejects.toMatchObject({
      recorded: { denial: { code: 'FLOOR' } },
    });
  });

  it('leaves a worktree where it stands by now', async () => {
    await save(repository, workspace, { a: '1' });
    const id = await newest('capture');
    await start(workspace, 'other');
    await save(repository, workspace, { a: '2' });
    await undo(workspace, id);
    expect(await workspace.records.readPosition(workspace.places.gitDir)).toMatchObject({ thread: 'other' });
    expect(await workspace.refs.read(threadRef('task'))).toBeUndefined();
  });

  it('is refused where a thread without states would be left with none that it began from', async () => {
    await save(repository, workspace, { a: '1' });
    const id = await newest('capture');
    await start(workspace, 'other');
    const started = await newest('thread-start');
    const listed = (await listUndo(workspace, null)).operations.find((entry) => entry.id === id);
    const why = expect.stringMatching(
      /^other began from hs-\w+, which no thread would have any more$/,
    ) as string;
    expect(listed).toMatchObject({ status: 'blocked', why, by: started });
    await expect(undo(workspace, id)).rejects.toMatchObject({ code: 'UNDO_REFUSED', facts: { by: started } });
    await save(repository, workspace, { a: '2' });
    await undo(workspace, id);
    const taken = await newest('undo');
    await expect(undo(workspace, await newest('capture'))).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { by: taken },
    });
    await redo(workspace, taken);
    await undo(workspace, await newest('capture'));
    await save(repository, workspace, { a: '3' });
    expect(await workspace.refs.read(threadRef('other'))).toBeDefined();
  });

  it('of a start elsewhere lets the worktree go and leaves its files', async () => {
    const directory = '/srv/other';
    await startThread(workspace, { thread: 'other', task: null, from: null, directory });
    await undo(workspace, null);
    expect(repository.worktrees.linked.has(directory)).toBe(true);
    const gitDir = (await workspace.worktrees.list()).find((known) => known.directory === directory)?.gitDir;
    expect(await workspace.records.readPosition(gitDir ?? '')).toBeUndefined();
    expect((await listThreadRecords(workspace)).map(({ thread }) => thread)).toEqual(['task']);
  });

  it('passes over a capture that recovery found void', async () => {
    await save(repository, workspace, { a: '1' });
    const sound = await newest('capture');
    await killedAt(workspace, { step: 'append line', when: 'after' }, (inner) =>
      save(repository, inner, { a: '2' }),
    );
    const lost = (await operations()).at(-1);
    const refs = lost === undefined || lost.texts === 'redacted' ? [] : lost.texts.refs;
    repository.tamper(refs[0]?.new ?? '', null);
    await workspace.lock.run(() => recover(workspace));
    await expect(undo(workspace, lost?.id ?? '')).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      message: expect.stringContaining('void') as string,
    });
    expect((await undo(workspace, null)).result.undone).toBe(sound);
    await expectSound();
  });
});

describe('undo of `key add`', () => {
  it('revokes keys that nobody worked with, and says what ends others', async () => {
    const dev = await join(repository, DEV, 'developer');
    const added = await newest('key-add');
    expect((await undo(workspace, added)).result).toMatchObject({ op: 'key-add', states: [] });
    const { view } = await loadAuthority(workspace);
    expect(view.principals.find(({ principal }) => principal === DEV)?.revoked).toBe(true);
    await expect(save(repository, dev, { a: '1' })).rejects.toMatchObject({
      recorded: { denial: { code: 'CREDENTIAL_REVOKED' } },
    });
    await expect(undo(workspace, added)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expectSound();
  });

  it('is refused once they were used, with the verb that ends them', async () => {
    const dev = await join(repository, DEV, 'developer');
    const added = await newest('key-add');
    await save(repository, dev, { a: '1' });
    await expect(undo(workspace, added)).rejects.toThrow(`\`heddle key revoke ${DEV}\` ends the keys`);
    await undo(dev, null);
    await expect(undo(workspace, added)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expectSound();
  });

  it('is for who may write keys', async () => {
    await join(repository, DEV, 'developer');
    const added = await newest('key-add');
    const other = await join(repository, 'other@example.com', 'maintainer');
    await expect(undo(other, added)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT' } },
    });
  });
});
