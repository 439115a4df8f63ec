import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationTexts, RefChange } from '#domain/operation/operation.ts';
import { AUTHORITY_REF, DROPPED_REFS, droppedRef, HEDDLE_REFS, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { capture, type CaptureOptions } from '#usecases/capture/capture.ts';
import { LARGEST_FILE } from '#usecases/capture/scan-worktree.ts';
import { undo } from '#usecases/undo/undo.ts';
import { findState } from '#usecases/states/find-states.ts';
import { readState } from '#usecases/states/read-state.ts';
import { startThread } from '#usecases/threads/start.ts';
import { listUndo } from '#usecases/undo/list-undo.ts';
import { previewUndo } from '#usecases/undo/preview-undo.ts';
import { redo } from '#usecases/undo/redo/redo.ts';
import { loadAuthority } from '#usecases/authority/load-authority.ts';
import { captureLineProblem } from '#usecases/verify/lines/capture-line.ts';
import type { AllowedLine } from '#usecases/verify/line-decisions.ts';
import { verify } from '#usecases/verify/verify.ts';
import { DEV } from '../../../support/decisions.ts';
import { redactPath } from '../../../support/memory/removal/removal-scenes.ts';
import { delegate, join, save, started } from '../../../support/memory/scenes.ts';
import { picture } from '../../../support/memory/steps.ts';
import { saying, type MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function amend(
  change: Readonly<Record<string, string>> = {},
  { by = workspace, ...options }: Partial<CaptureOptions> & { readonly by?: Workspace } = {},
) {
  for (const [path, content] of Object.entries(change))
    repository.files.set(path, { mode: '100644', content });
  const said = { intent: null, maxFileBytes: LARGEST_FILE, amend: true, ...options };
  return (await capture(by, said)).result;
}

async function headState(thread = 'task') {
  return readState(workspace, (await workspace.refs.read(threadRef(thread))) ?? '');
}

async function standing() {
  const { gitDir } = workspace.places;
  return [[...(await workspace.refs.list('refs/'))], await workspace.records.readPosition(gitDir)];
}

async function expectSound(): Promise<void> {
  expect((await verify(workspace, { all: true })).findings).toEqual([]);
}

async function expectRefused(how: Promise<unknown>, why: RegExp): Promise<void> {
  const before = await picture(workspace);
  await expect(how).rejects.toMatchObject({ code: 'AMEND_REFUSED' });
  await expect(how).rejects.toThrow(why);
  expect(await picture(workspace)).toEqual(before);
}

describe('capture --amend', () => {
  it('puts a state in the place of the newest one, which is kept', async () => {
    const { state: first } = await save(repository, workspace, { a: '1', b: '1' });
    const { state: second } = await save(repository, workspace, { a: '2' });
    const result = await amend({ a: '3', c: '1' });
    expect(result).toMatchObject({ created: true, replaces: second, parents: [first] });
    expect(result.changed).toEqual([
      { path: 'a', change: 'modified' },
      { path: 'c', change: 'added' },
    ]);
    expect((await headState()).state.parents).toEqual([first]);
    expect((await findState(workspace, second))?.id).toBe(second);
    expect(await workspace.refs.read(droppedRef(second))).toBeDefined();
    expect(await workspace.records.readPosition(workspace.places.gitDir)).toEqual({
      thread: 'task',
      state: result.state,
    });
    await expectSound();
  });

  it('keeps intent and confidence that are not said anew', async () => {
    const sure = saying(workspace, { confidence: { value: '0.80', source: 'flag' } });
    repository.files.set('a', { mode: '100644', content: '1' });
    await capture(sure, { intent: 'Begin', maxFileBytes: LARGEST_FILE });
    await amend({ a: '2' });
    expect((await headState()).texts.intent).toBe('Begin');
    expect((await headState()).state.actor.confidence).toBe('0.80');
    const { created, changed } = await amend({}, { intent: 'Begin well' });
    expect({ created, changed }).toEqual({ created: true, changed: [] });
    expect((await headState()).texts.intent).toBe('Begin well');
    const { state } = await amend({}, { intent: 'Begin well' });
    expect(await amend()).toMatchObject({ created: false, replaces: null, state });
    await expectSound();
  });

  it('takes only what is named, and takes back what the replaced state did', async () => {
    await save(repository, workspace, { a: '1', b: '1' });
    await save(repository, workspace, { a: '2', b: '2' });
    repository.files.set('a', { mode: '100644', content: '1' });
    const { changed } = await amend({ b: '3' }, { paths: ['a'] });
    expect(changed).toEqual([{ path: 'a', change: 'modified' }]);
    const { operations } = await workspace.log.check();
    const texts = operations.at(-1)?.texts;
    expect(texts !== 'redacted' && texts?.paths).toEqual(['b', 'a']);
    await expectSound();
  });

  it('asks at every path that it changes, and at those that it takes back', async () => {
    await save(repository, workspace, { 'src/a': '1', 'docs/a': '1' });
    const wide = await delegate(workspace, 'bot');
    await save(repository, wide, { 'src/a': '2', 'docs/a': '2' });
    const narrow = await delegate(workspace, 'bot', {
      resources: ['acme/core@task:docs'],
      file: '/credentials/narrow.hcred',
    });
    const amending = amend({ 'docs/a': '3' }, { by: narrow });
    await expect(amending).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_RESOURCE', denied: ['acme/core@task:src/a'] } },
    });
    const reverting = amend({ 'src/a': '1' }, { by: narrow });
    await expect(reverting).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_RESOURCE', denied: ['acme/core@task:src/a'] } },
    });
  });

  it('counts as a state of its budget', async () => {
    const agent = await delegate(workspace, 'bot', { budget: { states: 2 } });
    await save(repository, agent, { a: '1' });
    await amend({ a: '2' }, { by: agent });
    await expect(amend({ a: '3' }, { by: agent })).rejects.toMatchObject({
      recorded: { denial: { code: 'SCOPE_BUDGET' } },
    });
    await expectSound();
  });

  it('is refused where there is no state of the thread’s own', async () => {
    await expectRefused(amend({ a: '1' }), /no state of its own/);
    await save(repository, workspace, {});
    await startThread(workspace, { thread: 'fork', task: null, from: null, directory: null });
    await expectRefused(amend({ a: '2' }), /no state of its own/);
  });

  it('is refused for what somebody else, another agent or another model made', async () => {
    const dev = await join(repository, DEV, 'developer');
    await save(repository, workspace, { a: '1' });
    await expectRefused(amend({ a: '2' }, { by: dev }), /somebody else/);
    const bot = await delegate(workspace, 'bot', { provider: 'p', model: 'm-1' });
    await expectRefused(amend({ a: '2' }, { by: bot }), /somebody else/);
    await save(repository, bot, { a: '3' });
    await expectRefused(amend({ a: '4' }), /somebody else/);
    const file = '/credentials/other.hcred';
    const other = await delegate(workspace, 'bot', { provider: 'p', model: 'm-2', file });
    await expectRefused(amend({ a: '4' }, { by: other }), /another model/);
  });

  it('is refused for what others know: a fork, a remote, work of another thread', async () => {
    const { state } = await save(repository, workspace, { a: '1' });
    const head = await workspace.refs.read(threadRef('task'));
    const { gitDir } = workspace.places;
    await startThread(workspace, { thread: 'fork', task: null, from: null, directory: null });
    await workspace.records.writePosition(gitDir, { thread: 'task', state });
    await expectRefused(amend({ a: '2' }), /fork was forked from it/);
    await workspace.records.writePosition(gitDir, { thread: 'fork', state });
    await save(repository, workspace, { a: '3' });
    await workspace.records.writeThread('fork', undefined);
    await workspace.records.writePosition(gitDir, { thread: 'task', state });
    await expectRefused(amend({ a: '2' }), /work on fork was built on it/);
    const fork = await workspace.refs.read(threadRef('fork'));
    await (
      await workspace.refs.prepare([{ name: threadRef('fork'), old: fork ?? null, new: null }], [])
    ).commit();
    const remote = `${HEDDLE_REFS}remotes/origin/threads/task`;
    await (await workspace.refs.prepare([{ name: remote, old: null, new: head ?? null }], [])).commit();
    await expectRefused(amend({ a: '2' }), /a remote has it/);
  });
});

describe('an amended capture', () => {
  it('is undone to the replaced state, and redone', async () => {
    const { state: first } = await save(repository, workspace, { a: '1' });
    const { state: second } = await amend({ a: '2' });
    const { state: third } = await amend({ a: '3' });
    const before = await standing();
    const [newest] = (await listUndo(workspace, 1)).operations;
    expect(newest).toMatchObject({ op: 'capture', status: 'stands' });
    const preview = await previewUndo(workspace, 'undo', null);
    expect(preview.plan?.threads).toMatchObject([{ thread: 'task', from: third, to: second }]);
    expect((await undo(workspace, null)).result.states).toEqual([second]);
    expect(await workspace.refs.read(droppedRef(second))).toBeUndefined();
    expect((await undo(workspace, null)).result.states).toEqual([first]);
    await expectSound();
    expect((await previewUndo(workspace, 'redo', null)).plan?.threads).toMatchObject([
      { thread: 'task', from: first, to: second },
    ]);
    expect((await redo(workspace, null)).result.states).toEqual([second]);
    expect((await redo(workspace, null)).result.states).toEqual([third]);
    expect(await standing()).toEqual(before);
    await expectSound();
  });

  it('is undone where a removal rebuilt what carries both', async () => {
    const { state: first } = await save(repository, workspace, { a: '1', secret: 'word' });
    const { state: second } = await amend({ a: '2' });
    await redactPath(workspace, 'secret');
    expect((await undo(workspace, null)).result).toMatchObject({ op: 'redact' });
    await redactPath(workspace, 'secret');
    const captured = (await workspace.log.check()).operations.findLast(({ line }) => line.op === 'capture');
    expect(captured?.line.states).toEqual([second]);
    expect((await undo(workspace, captured?.id ?? '')).result.states).toEqual([first]);
    await expectSound();
  });

  it('is not undone over what was done since', async () => {
    await save(repository, workspace, { a: '1' });
    await amend({ a: '2' });
    const amended = (await workspace.log.check()).operations.at(-1)?.id ?? '';
    await save(repository, workspace, { a: '3' });
    const before = await picture(workspace);
    await expect(undo(workspace, amended)).rejects.toMatchObject({
      code: 'UNDO_REFUSED',
      facts: { byOp: 'capture' },
    });
    expect(await picture(workspace)).toEqual(before);
  });
});

describe('a line that says that it amended', () => {
  async function judge(change: (line: AllowedLine) => AllowedLine): Promise<string | undefined> {
    const { view } = await loadAuthority(workspace);
    const found = (await workspace.log.check()).operations.at(-1);
    if (found === undefined || found.texts === 'redacted') throw new Error('there is no line');
    const operation = change({ ...found, texts: found.texts });
    const others = operation.texts.refs.filter(({ name }) => name !== AUTHORITY_REF);
    return captureLineProblem(workspace, view, { operation, others });
  }

  function withRefs(texts: OperationTexts, refs: readonly RefChange[]): OperationTexts {
    return { ...texts, refs };
  }

  function withKept(kept: (move: RefChange) => RefChange) {
    return (line: AllowedLine): AllowedLine => {
      const refs = line.texts.refs.map((ref) => (ref.name.startsWith(DROPPED_REFS) ? kept(ref) : ref));
      return { ...line, texts: withRefs(line.texts, refs) };
    };
  }

  it('is held to keep just what its thread was at', async () => {
    const { state: other } = await save(repository, workspace, { a: '1' });
    await save(repository, workspace, { a: '2' });
    await amend({ a: '3' });
    expect(await judge((line) => line)).toBeUndefined();
    expect(await judge(withKept((ref) => ({ ...ref, new: 'ab'.repeat(20) })))).toMatch(/moves one thread/);
    expect(await judge(withKept((ref) => ({ ...ref, name: droppedRef(other) })))).toMatch(/another state/);
    expect(await judge(withKept((ref) => ({ ...ref, name: threadRef('other') })))).toMatch(/one thread/);
  });

  it('is held to replace what its author made, in the same place', async () => {
    await save(repository, workspace, { a: '1' });
    const bot = await delegate(workspace, 'bot');
    await save(repository, bot, { a: '2' });
    const moved = (line: AllowedLine): AllowedLine => {
      const [move] = line.texts.refs.filter(({ name }) => name === threadRef('task'));
      if (move === undefined) throw new Error('it moves nothing');
      const keeps = { name: droppedRef(before), old: null, new: move.old };
      return { ...line, texts: withRefs(line.texts, [move, keeps]) };
    };
    const before = (await headState()).state.parents[0] ?? (await headState()).id;
    expect(await judge(moved)).toMatch(/may not replace/);
  });
});
