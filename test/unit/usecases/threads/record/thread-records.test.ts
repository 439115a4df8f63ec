import { beforeEach, describe, expect, it } from 'vitest';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import type { Workspace } from '#ports/workspace.ts';
import { listThreads, showThread } from '#usecases/threads/list-threads.ts';
import { dropThread } from '#usecases/threads/drop/drop-thread.ts';
import {
  changeThreadRecords,
  listThreadRecords,
  noteThreadRecord,
  readThreadRecord,
} from '#usecases/threads/record/thread-records.ts';
import { startThread } from '#usecases/threads/start.ts';
import { readGround } from '#usecases/transaction/mutate.ts';
import { recover } from '#usecases/transaction/recover.ts';
import { undo } from '#usecases/undo/undo.ts';
import { forgeLine } from '../../../../support/boundary/forgeries.ts';
import { join, save, started } from '../../../../support/memory/scenes.ts';
import { killedAt } from '../../../../support/memory/steps.ts';
import {
  createMemoryRepository,
  createReplica,
  type MemoryRepository,
} from '../../../../support/memory/workspace.ts';

const ELSEWHERE = 'b'.repeat(40);

let repository: MemoryRepository;
let workspace: Workspace;
beforeEach(async () => {
  repository = await started();
  ({ workspace } = repository);
});

async function sealed(thread = 'task') {
  const found = await workspace.records.readThread(thread);
  if (found === undefined) throw new Error('the thread has a file');
  return found;
}

/** The same clone, opened by somebody whose home does not know its secret. */
function byAnother(): Workspace {
  const replica = createReplica();
  return { ...workspace, replica: async () => replica, knownReplica: async () => replica };
}

async function plant(change: Partial<ThreadRecord>, thread = 'task'): Promise<void> {
  const { record, seal } = await sealed(thread);
  await workspace.records.writeThread(thread, { record: { ...record, ...change }, seal });
}

async function forgedLines({
  record,
  ...forged
}: {
  readonly record: ThreadRecord;
  readonly verdict?: 'deny';
  readonly sig?: string;
}): ReturnType<Workspace['log']['check']> {
  const operations: LoggedOperation[] = [];
  for await (const found of workspace.log.newest()) {
    if (found.texts === 'redacted' || found.line.op !== 'thread-start') continue;
    const { sig, verdict } = found.line;
    const line = {
      ...found.line,
      sig: forged.sig ?? sig,
      verdict: { ...verdict, verdict: forged.verdict ?? verdict.verdict },
    };
    const effects = [{ kind: 'thread' as const, thread: 'task', record: { ...record, base: ELSEWHERE } }];
    operations.push({ ...found, line, texts: { ...found.texts, effects } });
  }
  return { operations, findings: [] };
}

describe("a thread's record", () => {
  it('is what its signed line says, whatever somebody wrote into its file', async () => {
    const { record } = await sealed();
    await plant({ base: ELSEWHERE, by: 'eve@example.com' });
    expect(await readThreadRecord(workspace, 'task')).toEqual(record);
    expect(await listThreadRecords(workspace)).toEqual([record]);
    expect(await showThread(workspace, 'task')).toMatchObject({ base: record.base, startedBy: record.by });
    await save(repository, workspace, { 'a.txt': '1' });
    expect(await readThreadRecord(workspace, 'task')).toEqual(record);
  });

  it('is believed from its file where this home sealed it, without a look at the log', async () => {
    const { record } = await sealed();
    const unread = { ...workspace, toldThreads: () => expect.fail('the log is read') };
    expect(await readThreadRecord(unread, 'task')).toEqual(record);
  });

  it('of another home of the same clone is taken from the log', async () => {
    const { record } = await sealed();
    expect(await readThreadRecord(byAnother(), 'task')).toEqual(record);
    await plant({ base: ELSEWHERE });
    expect(await readThreadRecord(byAnother(), 'task')).toEqual(record);
  });

  it('that no line speaks of is none', async () => {
    const { record } = await sealed();
    await workspace.records.writeThread('made-up', { record: { ...record, thread: 'made-up' }, seal: null });
    expect(await readThreadRecord(workspace, 'made-up')).toBeUndefined();
    expect((await listThreads(workspace)).result.threads.map(({ thread }) => thread)).toEqual(['task']);
  });

  it('that the log took away does not come back with its file', async () => {
    await startThread(workspace, { thread: 'other', task: null, from: null, directory: '/srv/other' });
    const { record } = await sealed('other');
    await dropThread(workspace, { thread: 'other', force: false });
    await noteThreadRecord(workspace, 'other', record);
    expect(await readThreadRecord(workspace, 'other')).toBeUndefined();
  });

  it.each([{ verdict: 'deny' as const }, { sig: 'A'.repeat(86) }])(
    'is not taken from a line that was denied, or that nobody signed: %o',
    async (forged) => {
      const { record } = await sealed();
      await plant({ base: ELSEWHERE });
      const log = { ...workspace.log, check: () => forgedLines({ record, ...forged }) };
      expect(await readThreadRecord({ ...workspace, log }, 'task')).toBeUndefined();
    },
  );

  it('is sealed again where it changes, unless it was not this home that sealed it', async () => {
    await changeThreadRecords(workspace, (record) => ({ ...record, task: 'x' }));
    expect(await readThreadRecord(workspace, 'task')).toMatchObject({ task: 'x' });
    await plant({ base: ELSEWHERE });
    await changeThreadRecords(workspace, (record) => ({ ...record, task: 'y' }));
    expect(await sealed()).toMatchObject({ seal: null, record: { task: 'y' } });
    expect((await readThreadRecord(workspace, 'task'))?.base).not.toBe(ELSEWHERE);
  });

  it.each(['write thread', 'append line'] as const)(
    'is sealed by recovery where this home had begun it: killed at "%s"',
    async (step) => {
      const when = step === 'append line' ? 'after' : 'before';
      const begin = (inner: Workspace) =>
        startThread(inner, { thread: 'other', task: null, from: null, directory: null });
      await killedAt(workspace, { step, when }, begin);
      await workspace.lock.run(() => recover(workspace));
      expect((await sealed('other')).seal).not.toBeNull();
    },
  );

  it('is not sealed by recovery where only a line says so', async () => {
    const begin = (inner: Workspace) =>
      startThread(inner, { thread: 'other', task: null, from: null, directory: null });
    await killedAt(workspace, { step: 'write thread', when: 'before' }, begin);
    const [last] = await workspace.log.unapplied();
    if (last === undefined) throw new Error('a line is left over');
    await workspace.records.writeUndertaking(last.line.texts);
    await workspace.lock.run(() => recover(workspace));
    expect((await sealed('other')).seal).toBeNull();
    expect(await readThreadRecord(workspace, 'other')).toMatchObject({ thread: 'other' });
  });
});

describe('a line about a thread that is there', () => {
  /** Says in somebody's name, past the verbs, where `task` began, and takes the seal off its file. */
  async function sayOf(
    by: Workspace,
    op: 'thread-start' | 'undo' | 'capture',
    change: Partial<ThreadRecord>,
  ): Promise<ThreadRecord> {
    const { record } = await sealed();
    const moved = { ...record, ...change };
    await forgeLine(by, {
      op,
      states: [],
      texts: { effects: [{ kind: 'thread', thread: 'task', record: moved }] },
    });
    await workspace.records.writeThread('task', { record: moved, seal: null });
    return record;
  }

  it('does not move where it began by the word of somebody who may start nothing', async () => {
    const eve = await join(repository, 'eve@example.com', null);
    const record = await sayOf(eve, 'thread-start', { base: ELSEWHERE, by: 'eve@example.com' });
    expect(await readThreadRecord(workspace, 'task')).toEqual(record);
  });

  it.each(['thread-start', 'undo', 'capture'] as const)(
    'does not move it by that of its owner either, in a line that says %s',
    async (op) => {
      const record = await sayOf(workspace, op, { base: ELSEWHERE });
      expect(await readThreadRecord(workspace, 'task')).toEqual(record);
    },
  );

  it('does not move it with another name', async () => {
    const { record } = await sealed();
    const renamed = { ...record, thread: 'other', base: ELSEWHERE };
    await forgeLine(workspace, {
      op: 'thread-rename',
      states: [],
      texts: {
        effects: [
          { kind: 'thread', thread: 'other', record: renamed },
          { kind: 'thread', thread: 'task', record: null },
        ],
        result: { from: 'task', thread: 'other' },
      },
    });
    await noteThreadRecord(workspace, 'other', renamed);
    expect(await readThreadRecord(workspace, 'other')).toBeUndefined();
  });

  it('is believed where the thread was dropped before, and where that was taken back', async () => {
    await startThread(workspace, { thread: 'other', task: null, from: null, directory: '/srv/other' });
    await dropThread(workspace, { thread: 'other', force: false });
    await startThread(workspace, { thread: 'other', task: 'anew', from: null, directory: '/srv/anew' });
    const { record } = await sealed('other');
    await noteThreadRecord(workspace, 'other', record);
    expect(await readThreadRecord(workspace, 'other')).toEqual(record);
    const { operation } = await dropThread(workspace, { thread: 'other', force: false });
    await undo(workspace, operation);
    await noteThreadRecord(workspace, 'other', { ...record, base: ELSEWHERE });
    expect(await readThreadRecord(workspace, 'other')).toEqual(record);
  });

  it('is judged once: what is believed is sealed', async () => {
    const { record } = await sealed();
    await plant({ base: ELSEWHERE });
    await readThreadRecord(workspace, 'task');
    const unread = { ...workspace, toldThreads: () => expect.fail('the log is read') };
    expect(await readThreadRecord(unread, 'task')).toEqual(record);
    await noteThreadRecord(workspace, 'task', record);
    await save(repository, workspace, { 'a.txt': '1' });
    expect((await sealed()).seal).not.toBeNull();
  });

  it('counts for nothing where another replica has it at a time at which this home wrote something', async () => {
    const { record } = await sealed();
    await plant({ base: ELSEWHERE });
    const { operations, findings } = await workspace.log.check();
    const start = operations.findIndex(({ line }) => line.op === 'thread-start');
    const stranger = createReplica();
    const other = { ...workspace, replica: async () => stranger, knownReplica: async () => stranger };
    const log = createMemoryRepository().workspace.log;
    const alone = {
      ...other,
      log: { ...log, head: async () => ({ ...(await log.head(stranger.replica)), lamport: start }) },
    };
    const effects = [{ kind: 'thread', thread: 'task', record: { ...record, base: ELSEWHERE } }] as const;
    await forgeLine(alone, { op: 'thread-start', states: [], texts: { effects } });
    const forged = (await log.check()).operations;
    expect(forged.map(({ line }) => line.lamport)).toEqual([operations[start]?.line.lamport]);
    const both = {
      ...workspace.log,
      check: async () => ({ operations: [...forged, ...operations], findings }),
    };
    await noteThreadRecord(workspace, 'task', record);
    expect(await readThreadRecord({ ...workspace, log: both }, 'task')).toEqual(record);
  });

  it('counts for nothing under authority that the log had left behind, and behind damage', async () => {
    const before = (await readGround(workspace)).authority.view.head;
    const eve = await join(repository, 'eve@example.com', 'developer');
    const { record } = await sealed();
    const other = { ...record, thread: 'other', by: 'eve@example.com' };
    const effects = [{ kind: 'thread', thread: 'other', record: other }] as const;
    await forgeLine(eve, { op: 'thread-start', states: [], texts: { effects }, policy: before });
    await noteThreadRecord(workspace, 'other', other);
    expect(await readThreadRecord(workspace, 'other')).toBeUndefined();
    await forgeLine(eve, { op: 'thread-start', states: [], texts: { effects } });
    await noteThreadRecord(workspace, 'other', other);
    const { operations } = await workspace.log.check();
    const replica = operations[0]?.line.replica ?? '';
    const findings = [{ replica, seq: 2, what: 'it is torn' }];
    const log = { ...workspace.log, check: async () => ({ operations, findings }) };
    expect(await readThreadRecord({ ...workspace, log }, 'other')).toBeUndefined();
    expect(await readThreadRecord(workspace, 'other')).toEqual(other);
  });

  it('is judged without a seal while somebody else writes', async () => {
    const { record } = await sealed();
    await plant({ base: ELSEWHERE });
    const lock = { ...workspace.lock, isHeld: () => false, tryRun: async () => undefined };
    expect(await readThreadRecord({ ...workspace, lock }, 'task')).toEqual(record);
    expect((await sealed()).record.base).toBe(ELSEWHERE);
  });
});
