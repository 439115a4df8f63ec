import { beforeEach, describe, expect, it } from 'vitest';
import { threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { addGrant, removeGrant } from '#usecases/keys/grants.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { setPolicy } from '#usecases/policy/set-policy.ts';
import { freeze, unfreeze } from '#usecases/revocation/freeze.ts';
import { readThreadRecord } from '#usecases/threads/record/thread-records.ts';
import { renameThread } from '#usecases/threads/rename/rename-thread.ts';
import { startThread } from '#usecases/threads/start.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, join, save, start, started } from '../../../support/memory/scenes.ts';
import { picture } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function newest(op: string): Promise<string> {
  const { operations } = await workspace.log.check();
  return operations.findLast(({ line }) => line.op === op)?.id ?? '';
}

async function head(): Promise<string | undefined> {
  return workspace.refs.read(threadRef('task'));
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

describe('redo', () => {
  it('brings back what undo took, one by one, and undo takes it again', async () => {
    const { state: first } = await save(repository, workspace, { a: '1' });
    const { state: second } = await save(repository, workspace, { a: '2' });
    const before = await head();
    const captured = await newest('capture');
    await undo(workspace, null);
    await undo(workspace, null);
    expect((await redo(workspace, null)).result.states).toEqual([first]);
    const { result } = await redo(workspace, null);
    expect(result).toMatchObject({ redone: captured, op: 'capture', states: [second] });
    expect(await head()).toBe(before);
    const position = await workspace.records.readPosition(workspace.places.gitDir);
    expect(position).toEqual({ thread: 'task', state: second });
    await expect(redo(workspace, null)).rejects.toMatchObject({ code: 'UNDO_NOTHING' });
    await expectSound();
    expect((await undo(workspace, null)).result).toMatchObject({ undone: captured, states: [first] });
    expect((await redo(workspace, captured)).result.states).toEqual([second]);
    expect((await undo(workspace, await newest('redo'))).result.undone).toBe(captured);
    await expectSound();
  });

  it('is refused where something was done there since, and both operations are named', async () => {
    await save(repository, workspace, { a: '1' });
    await undo(workspace, null);
    const undone = await newest('undo');
    await save(repository, workspace, { a: '2' });
    const by = await newest('capture');
    const before = await picture(workspace);
    await expect(redo(workspace, null)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { operation: undone, op: 'undo', by, byOp: 'capture' },
    });
    expect(await picture(workspace)).toEqual(before);
    await undo(workspace, null);
    await redo(workspace, undone);
    await expectSound();
  });

  it('is refused for what stands, for what was done again, and for what undo did not do', async () => {
    await save(repository, workspace, { a: '1' });
    const captured = await newest('capture');
    await expect(redo(workspace, captured)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await undo(workspace, null);
    const undone = await newest('undo');
    await redo(workspace, undone);
    const by = await newest('redo');
    await expect(redo(workspace, undone)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { operation: undone, by },
    });
    await expect(undo(workspace, undone)).rejects.toThrow('what it did was taken back');
    await expect(redo(workspace, await newest('init'))).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
  });

  it('of one’s own is for developers, of others’ undo for maintainers', async () => {
    const dev = await join(repository, DEV, 'developer');
    await save(repository, dev, { a: '1' });
    await undo(dev, null);
    await redo(dev, null);
    await undo(workspace, await newest('capture'));
    const undone = await newest('undo');
    await expect(redo(dev, undone)).rejects.toMatchObject({
      recorded: { denial: { code: 'ROLE_INSUFFICIENT', required: { role: 'maintainer' } } },
    });
    expect((await redo(workspace, undone)).result.op).toBe('capture');
    await expectSound();
  });

  it('asks at every path that comes back', async () => {
    await save(repository, workspace, { a: '1' });
    const dev = await join(repository, DEV, 'developer');
    await save(repository, dev, { 'src/a': '1' });
    await undo(dev, null);
    const file = '/credentials/narrow.hcred';
    const options = { operations: ['undo', 'state:capture'] as const, resources: ['acme/core@task:docs'] };
    const narrow = await delegate(dev, 'bot', { ...options, file });
    await expect(redo(narrow, await newest('undo'))).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_RESOURCE' } },
    });
    const { needs } = await previewUndo(dev, 'redo', null);
    expect(needs.resources).toEqual(['acme/core@task', 'acme/core@task:src/a']);
  });

  it('opens a thread again, here or in the worktree that undo left', async () => {
    await start(workspace, 'other');
    await undo(workspace, null);
    expect((await redo(workspace, null)).result).toMatchObject({ op: 'thread-start', states: [] });
    expect(await workspace.records.readPosition(workspace.places.gitDir)).toMatchObject({ thread: 'other' });
    const directory = '/srv/third';
    await startThread(workspace, { thread: 'third', task: 'x', from: null, directory });
    await undo(workspace, null);
    await redo(workspace, null);
    const worktree = (await workspace.worktrees.list()).find((known) => known.directory === directory);
    expect(await workspace.records.readPosition(worktree?.gitDir ?? '')).toMatchObject({ thread: 'third' });
    expect(await readThreadRecord(workspace, 'third')).toMatchObject({ task: 'x' });
    await expectSound();
  });

  it('does not open a thread whose name another one has by now', async () => {
    await start(workspace, 'other');
    await undo(workspace, null);
    const undone = await newest('undo');
    await start(workspace, 'other');
    const by = await newest('thread-start');
    await expect(redo(workspace, undone)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { operation: undone, by },
    });
  });

  it('gives and takes a grant again, and undo takes back what redo gave', async () => {
    await join(repository, DEV, null);
    const options = { principal: DEV, role: 'reader', resource: 'acme/core:docs', until: null } as const;
    const given = async (): Promise<number> =>
      (await loadAuthority(workspace)).view.grants.filter(({ principal }) => principal === DEV).length;
    await addGrant(workspace, options);
    for (const count of [0, 1, 0, 1]) {
      await (count === 0 ? undo(workspace, null) : redo(workspace, null));
      expect(await given()).toBe(count);
    }
    const { view } = await loadAuthority(workspace);
    await removeGrant(workspace, view.grants.find(({ principal }) => principal === DEV)?.id ?? '');
    for (const count of [1, 0, 1, 0]) {
      await (count === 1 ? undo(workspace, null) : redo(workspace, null));
      expect(await given()).toBe(count);
    }
    await expectSound();
  });

  it('sets a policy again, and stops work again, unless somebody else did so since', async () => {
    const rules = { depth: 1 };
    const options = { resource: null, reason: null, dryRun: false };
    await setPolicy(workspace, { ...options, rules });
    await undo(workspace, null);
    await redo(workspace, null);
    expect((await loadAuthority(workspace)).view.policies[0]?.rules.depth).toBe(1);
    await undo(workspace, null);
    expect((await loadAuthority(workspace)).view.policies).toEqual([]);
    const undone = await newest('undo');
    await setPolicy(workspace, { ...options, rules: { depth: 2 } });
    await expect(redo(workspace, undone)).rejects.toMatchObject({
      facts: { operation: undone, by: await newest('policy-set') },
    });
    await freeze(workspace, null);
    await undo(workspace, null);
    await redo(workspace, null);
    expect((await loadAuthority(workspace)).view.frozen).not.toBeNull();
    await unfreeze(workspace);
    await expectSound();
  });

  it('brings no removed content back', async () => {
    await save(repository, workspace, { key: 'the secret\n' });
    await save(repository, workspace, { a: '1' });
    await undo(workspace, null);
    await redactPath(workspace, 'key');
    const before = await head();
    await expect(redo(workspace, null)).rejects.toThrow('a removal changed what it would be built on');
    expect(await head()).toBe(before);
    await expectSound();
  });

  it('brings no content back that was removed elsewhere meanwhile', async () => {
    await save(repository, workspace, { a: '1' });
    const base = await workspace.records.readPosition(workspace.places.gitDir);
    await save(repository, workspace, { key: 'the secret\n' });
    await undo(workspace, null);
    const undone = await newest('undo');
    await start(workspace, 'other');
    await save(repository, workspace, { b: '1' });
    await redactPath(workspace, 'key');
    await workspace.records.writePosition(workspace.places.gitDir, base);
    await expect(redo(workspace, undone)).rejects.toMatchObject({ code: 'CONTENT_SHUNNED' });
    await expectSound();
  });

  it('is refused where git has collected the state', async () => {
    await save(repository, workspace, { a: '1' });
    const carrier = (await head()) ?? '';
    await undo(workspace, null);
    repository.tamper(carrier, null);
    await expect(redo(workspace, null)).rejects.toThrow('git has collected');
  });

  it('says what to do instead of what is not done again', async () => {
    await join(repository, DEV, null);
    await undo(workspace, await newest('key-add'));
    await expect(redo(workspace, null)).rejects.toMatchObject({
      message: expect.stringContaining('`heddle key add`') as string,
      facts: { advice: expect.stringContaining('`heddle redo ID`') as string },
    });
    await save(repository, workspace, { key: 'the secret\n' });
    await redactPath(workspace, 'key');
    await undo(workspace, null);
    await expect(redo(workspace, null)).rejects.toThrow('`heddle redact`');
  });
});

describe('what has its own way to be done over', () => {
  async function expectTold(op: string, command: string): Promise<void> {
    const done = await newest(op);
    expect((await listUndo(workspace, 1)).operations).toMatchObject([{ id: done, op, status: 'stands' }]);
    const preview = await previewUndo(workspace, 'undo', null);
    expect(preview).toMatchObject({ target: { id: done }, own: true, denied: null });
    await undo(workspace, null);
    const why = expect.stringContaining(`\`${command}\``);
    expect((await listUndo(workspace, 1)).operations).toMatchObject([
      { id: done, op, status: 'undone', why },
    ]);
    const before = await picture(workspace);
    await expect(redo(workspace, null)).rejects.toThrow(`\`${command}\``);
    await expect(redo(workspace, done)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    await expect(previewUndo(workspace, 'redo', null)).rejects.toMatchObject({ code: 'UNDO_REFUSED' });
    expect(await picture(workspace)).toEqual(before);
    await expectSound();
  }

  it('is a renamed thread', async () => {
    await renameThread(workspace, { thread: 'task', to: 'next' });
    await expectTold('thread-rename', 'heddle thread rename');
  });
});

describe('undo, asked beforehand', () => {
  it('lists one’s own with what becomes of each', async () => {
    const dev = await join(repository, DEV, 'developer');
    await start(dev, 'shared');
    await save(repository, dev, { a: '1' });
    const mine = await newest('capture');
    await save(repository, workspace, { a: '2' });
    const theirs = await newest('capture');
    const list = async () =>
      (await listUndo(dev, null)).operations.map(({ id, status, by }) => [id, status, by]);
    const began = await newest('thread-start');
    expect(await list()).toEqual([
      [mine, 'blocked', theirs],
      [began, 'blocked', mine],
    ]);
    await undo(workspace, null);
    expect((await list())[0]).toEqual([mine, 'stands', null]);
    await undo(dev, null);
    expect(await list()).toEqual([
      [mine, 'undone', await newest('undo')],
      [began, 'stands', null],
    ]);
    await redo(dev, null);
    expect((await list())[0]).toEqual([mine, 'stands', null]);
    expect((await listUndo(dev, 1)).operations).toHaveLength(1);
  });

  it('shows what would change, and changes nothing', async () => {
    const { state: first } = await save(repository, workspace, { a: '1' });
    const { state: second } = await save(repository, workspace, { a: '2', b: '1' });
    const before = await picture(workspace);
    expect(await previewUndo(workspace, 'undo', null)).toMatchObject({
      denied: null,
      does: 'undo',
      own: true,
      target: { id: await newest('capture'), op: 'capture' },
      needs: { operation: 'undo', resources: ['acme/core@task'] },
      plan: {
        threads: [
          {
            thread: 'task',
            from: second,
            to: first,
            changed: [
              { path: 'a', change: 'modified' },
              { path: 'b', change: 'deleted' },
            ],
          },
        ],
        record: false,
      },
    });
    expect(await picture(workspace)).toEqual(before);
  });

  it('tells who would be denied, and writes no line of it', async () => {
    await save(repository, workspace, { a: '1' });
    const dev = await join(repository, DEV, 'developer');
    const before = await picture(workspace);
    const told = await previewUndo(dev, 'undo', await newest('capture'));
    expect(told).toMatchObject({ own: false, denied: 'ROLE_INSUFFICIENT', plan: null });
    expect(await picture(workspace)).toEqual(before);
  });
});
