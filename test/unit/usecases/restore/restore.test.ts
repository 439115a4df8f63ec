import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationTexts } from '#domain/operation/operation.ts';
import { SNAPSHOT_REFS, threadRef } from '#domain/refs.ts';
import type { Workspace } from '#ports/workspace.ts';
import { undo } from '#usecases/undo/undo.ts';
import { restore } from '#usecases/restore/restore.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { verify } from '#usecases/verify/verify.ts';
import { save, started } from '../../../support/memory/scenes.ts';
import { killedAt } from '../../../support/memory/steps.ts';
import type { MemoryRepository } from '../../../support/memory/workspace.ts';

let repository: MemoryRepository;
let workspace: Workspace;
const contents = (): Readonly<Record<string, string>> =>
  Object.fromEntries([...repository.files].map(([path, { content }]) => [path, content]));
const write = (path: string, content: string): void => {
  repository.files.set(path, { mode: '100644', content });
};
const all = (inner: Workspace): Promise<unknown> => restore(inner, { paths: ['.'], from: null });

beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
  await save(repository, workspace, { a: 'one', 'd/b': 'one' });
  write('a', 'two');
  write('new', 'new');
  repository.files.delete('d/b');
});

const OLD = { a: 'two', new: 'new' };
const NEW = { a: 'one', 'd/b': 'one' };

describe('a restored work tree', () => {
  it('is as the state has it, and as it was when that is undone', async () => {
    const { result } = await restore(workspace, { paths: ['.'], from: null });
    expect(result.restored.map(({ path, change }) => `${change} ${path}`)).toEqual([
      'modified a',
      'added d/b',
      'deleted new',
    ]);
    expect(contents()).toEqual(NEW);
    await undo(workspace, null);
    expect(contents()).toEqual(OLD);
  });

  it('is finished by the next command where its line was written, and else left', async () => {
    await killedAt(workspace, { step: 'append line', when: 'before' }, all);
    await workspace.lock.run(() => recover(workspace));
    expect(contents()).toEqual(OLD);
    await killedAt(workspace, { step: 'append line', when: 'after' }, all);
    write('a', 'three');
    await workspace.lock.run(() => recover(workspace));
    // What somebody wrote meanwhile stays theirs.
    expect(contents()).toEqual({ ...NEW, a: 'three' });
  });

  it('is not made by a line that this home did not begin', async () => {
    const { records } = workspace;
    const planter: Workspace = {
      ...workspace,
      records: { ...records, writeUndertaking: async () => undefined },
    };
    await killedAt(planter, { step: 'append line', when: 'after' }, all);
    const notes = await workspace.lock.run(() => recover(workspace));
    expect(notes.join()).toContain('this user began no such thing here');
    expect(contents()).toEqual(OLD);
  });

  it('takes away no file that somebody put where a directory has to be', async () => {
    await killedAt(workspace, { step: 'append line', when: 'after' }, all);
    write('d', 'mine');
    await workspace.lock.run(() => recover(workspace));
    expect(contents()).toEqual({ a: 'one', d: 'mine' });
  });
});

describe('of a restoring, verification', () => {
  const findings = async (change: Partial<OperationTexts>): Promise<string> => {
    const { log } = workspace;
    const check: typeof log.check = async () => {
      const { operations, ...rest } = await log.check();
      const changed = operations.map((one) =>
        one.line.op === 'restore' && one.texts !== 'redacted'
          ? { ...one, texts: { ...one.texts, ...change } }
          : one,
      );
      return { ...rest, operations: changed };
    };
    const result = await verify({ ...workspace, log: { ...log, check } }, { all: true });
    return result.findings.map(({ message }) => message).join('\n');
  };
  beforeEach(() => all(workspace));

  it('finds nothing, even where its snapshot is gone', async () => {
    expect(await findings({})).toBe('');
    const [[name, old] = ['', '']] = await workspace.refs.list(SNAPSHOT_REFS);
    await (await workspace.refs.prepare([{ name, old, new: null }], [])).commit();
    expect(await findings({})).toBe('');
  });

  it('finds that it moves a thread, writes something else, or names nothing', async () => {
    const shape = 'a restore makes one snapshot, and writes what that holds';
    const id = 'a'.repeat(40);
    expect(await findings({ refs: [{ name: threadRef('x'), old: null, new: id }] })).toContain(shape);
    const effect = { kind: 'restore', gitDir: '.', snapshot: id, to: 'after' } as const;
    expect(await findings({ effects: [effect] })).toContain(shape);
    expect(await findings({ paths: [] })).toContain('it names no path');
  });
});
