import { beforeEach, describe, expect, it } from 'vitest';
import type { OperationKind, OperationLine } from '#domain/operation/operation.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import { Beginnings } from '#usecases/verify/threads/beginnings.ts';
import { aboutThreads } from '#usecases/verify/threads/lineage.ts';
import { started } from '../../../../support/memory/scenes.ts';

const [HERE, THERE] = ['a'.repeat(40), 'b'.repeat(40)];

let line: OperationLine;
let begun: ThreadRecord;
let beginnings: Beginnings;
beforeEach(async () => {
  const { workspace } = await started();
  const { operations } = await workspace.log.check();
  const [start] = aboutThreads(operations, new Set(['task']));
  if (start === undefined || start.texts === 'redacted') throw new Error('a line began it');
  ({ line } = start);
  const [effect] = start.texts.effects;
  if (effect?.kind !== 'thread' || effect.record === null) throw new Error('it has a record');
  begun = { ...effect.record, base: HERE };
  beginnings = new Beginnings((commit) => commit);
});

/** Has a line say where threads began; null takes them away. */
function say(op: OperationKind, records: Readonly<Record<string, ThreadRecord | null>>): void {
  const effects = Object.entries(records).map(
    ([thread, record]) => ({ kind: 'thread', thread, record }) as const,
  );
  beginnings.take({ ...line, op }, effects);
}

const now = (thread = 'task') => beginnings.records(new Set([thread])).get(thread);
const elsewhere = (thread = 'task'): ThreadRecord => ({ ...begun, thread, base: THERE });

describe('where a thread began', () => {
  beforeEach(() => say('thread-start', { task: begun }));

  it('stays, whatever a line says of it while it is there', () => {
    for (const op of ['thread-start', 'thread-split', 'undo', 'redo'] as const)
      say(op, { task: elsewhere() });
    expect(now()).toEqual(begun);
    say('thread-start', { task: { ...begun, task: 'goes on' } });
    expect(now()).toEqual({ ...begun, task: 'goes on' });
  });

  it('goes along with another name, and nothing else does', () => {
    say('thread-rename', { other: elsewhere('other'), task: null });
    expect([now(), now('other')]).toEqual([begun, undefined]);
    say('thread-rename', { other: { ...begun, thread: 'other' }, task: null });
    expect([now(), now('other')]).toEqual([null, { ...begun, thread: 'other' }]);
  });

  it('may be another one once it was taken away; an undo brings back what there was', () => {
    say('thread-drop', { task: null });
    say('undo', { task: elsewhere() });
    expect(now()).toBeNull();
    say('undo', { task: begun });
    expect(now()).toEqual(begun);
    say('thread-drop', { task: null });
    say('thread-start', { task: elsewhere() });
    expect(now()).toEqual(elsewhere());
  });

  it('is followed where a commit took the place of another one', () => {
    beginnings = new Beginnings((commit) => (commit === HERE ? THERE : commit));
    say('thread-start', { task: begun });
    say('thread-rename', { other: elsewhere('other'), task: null });
    expect(now('other')).toEqual(elsewhere('other'));
  });

  it('may have been taken away by a line that does not tell any more, unless that began a thread', () => {
    beginnings.noteUntold({ ...line, op: 'thread-start' });
    say('thread-start', { task: elsewhere() });
    expect(now()).toEqual(begun);
    beginnings.noteUntold({ ...line, op: 'thread-drop' });
    say('thread-start', { task: elsewhere() });
    expect(now()).toEqual(elsewhere());
  });

  it('is no file of another name', () => {
    say('thread-start', { other: begun });
    expect(now('other')).toBeUndefined();
  });
});
