import { beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, decodeUtf8, utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type Digest } from '#domain/id.ts';
import { BEGINNING, type LogEnd } from '#domain/published/follow-lines.ts';
import { capture } from '#usecases/capture/capture.ts';
import type { StoredOperation } from '#ports/log.ts';
import type { Workspace } from '#ports/workspace.ts';
import { readHeads } from '#usecases/segments/read-heads.ts';
import { compareLogs } from '#usecases/segments/compare-logs.ts';
import { endAt, readVerified } from '#usecases/segments/read-verified.ts';
import { redactTexts } from '#usecases/removal/texts/redact-texts.ts';
import { createReplica, type MemoryRepository } from '../../../support/memory/workspace.ts';
import { fetched, save, started } from '../../../support/memory/scenes.ts';
import {
  fileOf,
  forge,
  logGround,
  publishedHead,
  publishLog,
  readLog,
} from '../../../support/published-log.ts';

let repository: MemoryRepository;
let replica: Digest;
beforeEach(async () => {
  repository = await started();
  await save(repository, repository.workspace, { 'a.txt': 'one\n' });
  ({ replica } = await repository.workspace.replica());
});

const REDACTION = {
  task: false,
  reasonCode: 'other',
  rotatedAt: null,
  dryRun: false,
} as const;

async function refusal(read: () => Promise<unknown>): Promise<HeddleError> {
  try {
    await read();
  } catch (error) {
    if (error instanceof HeddleError) return error;
    throw error;
  }
  throw new Error('invariant: it is refused');
}

async function ids(): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { id } of repository.workspace.log.storedFrom(replica, 0)) found.push(id);
  return found;
}

/** The clone with another log than it had. */
function storing(change: (operation: StoredOperation) => StoredOperation | undefined): Workspace {
  const { log } = repository.workspace;
  return {
    ...repository.workspace,
    log: {
      ...log,
      async *storedFrom(of: Digest, seq: number) {
        for await (const operation of log.storedFrom(of, seq)) {
          const changed = change(operation);
          if (changed !== undefined) yield changed;
        }
      },
    },
  };
}

/** The lines of the newest segment. */
async function newestLines(): Promise<readonly Uint8Array[]> {
  const head = await publishedHead(repository.workspace, replica);
  const text = decodeUtf8(await fileOf(repository.workspace, head, 'lines.jsonl')) ?? '';
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => utf8(`${line}\n`));
}

describe('closing the log', () => {
  it('publishes every line once, and nothing where nothing is new', async () => {
    const first = await publishLog(repository.workspace);
    expect(first).toMatchObject({ lines: (await ids()).length, change: { old: null } });
    expect(await publishLog(repository.workspace)).toEqual({ change: null, head: first.head, lines: 0 });

    await save(repository, repository.workspace, { 'a.txt': 'two\n' });
    const second = await publishLog(repository.workspace);
    expect(second).toMatchObject({ lines: 1, change: { old: first.head } });
    const { heads, segments } = await readLog(repository.workspace, replica, second.head ?? '');
    expect(heads.map(({ commit }) => commit)).toEqual([first.head, second.head]);
    expect(segments.flatMap(({ operations }) => operations.map(({ id }) => id))).toEqual(await ids());
  });

  it('refuses to go on where the log lacks what it published, or has another line there', async () => {
    await publishLog(repository.workspace);
    const seq = (await ids()).length - 1;
    const shorter = storing((operation) => (operation.line.seq < seq ? operation : undefined));
    const lost = await refusal(() => publishLog(shorter));
    expect(lost).toMatchObject({ code: 'PUBLISHED_LOG_ROLLED_BACK', facts: { replica, seq } });
    const other = parseId('ho', (await ids())[0] ?? '');
    const forked = await refusal(() => publishLog(storing((operation) => ({ ...operation, id: other }))));
    expect(forked).toMatchObject({ code: 'PUBLISHED_LOG_FORKED', facts: { replica, seq } });
  });

  it('refuses to go on from a ref that another key signed', async () => {
    await publishLog(repository.workspace);
    const head = await publishedHead(repository.workspace, replica);
    const other = await forge(repository.workspace, head, { 'checkpoint.json': utf8('{}') });
    const change = { name: `refs/heddle/oplog/${replica}`, old: head, new: other };
    await (await repository.workspace.refs.prepare([change], [])).commit();
    await save(repository, repository.workspace, { 'a.txt': 'two\n' });
    expect(await refusal(() => publishLog(repository.workspace))).toMatchObject({
      code: 'PUBLISHED_LOG_INVALID',
    });
  });
});

describe('reading what another clone published', () => {
  it('verifies it from what was fetched alone', async () => {
    const { head } = await publishLog(repository.workspace);
    const clone = await fetched(repository);
    const { workspace } = clone;
    const ground = await logGround(repository.workspace);
    const heads = await readHeads(workspace, { head: head ?? '', replica });
    const seqs: number[] = [];
    for await (const { operations } of readVerified(workspace, ground, { heads, after: BEGINNING }))
      seqs.push(...operations.map(({ line }) => line.seq));
    expect(seqs).toEqual((await ids()).map((_, index) => index));
  });

  it('goes on from what it verified before', async () => {
    const first = await publishLog(repository.workspace);
    await save(repository, repository.workspace, { 'a.txt': 'two\n' });
    const second = await publishLog(repository.workspace);
    const { workspace } = repository;
    const [known] = await readHeads(workspace, { head: first.head ?? '', replica });
    const heads = await readHeads(workspace, {
      head: second.head ?? '',
      replica,
      ...(first.head === null ? {} : { stopAt: first.head }),
    });
    expect(heads).toHaveLength(1);
    const after: LogEnd = await endAt(workspace, known);
    const seqs: number[] = [];
    for await (const { lines } of readVerified(workspace, await logGround(workspace), { heads, after }))
      seqs.push(...lines.map(({ line }) => line.seq));
    expect(seqs).toEqual([known?.checkpoint.size]);
  });

  it.each<[string, (lines: readonly Uint8Array[]) => readonly Uint8Array[], number, string]>([
    ['a dropped line', (lines) => lines.filter((_, index) => index !== 1), 1, 'line 2 stands in its place'],
    ['a dropped last line', (lines) => lines.slice(0, -1), -1, 'it is missing'],
    ['two lines exchanged', (lines) => swapped(lines), 1, 'line 2 stands in its place'],
    ['a line twice', (lines) => [...lines.slice(0, 2), ...lines.slice(1)], 2, 'line 1 stands in its place'],
    ['an edited line', (lines) => edited(lines, 1), 1, 'line 2 does not follow from it'],
    [
      'an edited last line',
      (lines) => edited(lines, lines.length - 1),
      -1,
      'the checkpoint signs another line',
    ],
    ['no LF at the end', (lines) => cutOff(lines), -1, 'it is cut off or too long'],
  ])('finds %s, and names it', async (_what, change, seq, why) => {
    await publishLog(repository.workspace);
    const head = await publishedHead(repository.workspace, replica);
    const lines = await newestLines();
    const forged = await forge(repository.workspace, head, { 'lines.jsonl': concatBytes(...change(lines)) });
    const error = await refusal(() => readLog(repository.workspace, replica, forged));
    expect(error).toMatchObject({
      code: 'PUBLISHED_LOG_INVALID',
      facts: { replica, seq: seq < 0 ? lines.length + seq : seq },
    });
    expect(error.message).toContain(why);
  });

  it('finds a sidecar that is another one, or missing', async () => {
    await publishLog(repository.workspace);
    const head = await publishedHead(repository.workspace, replica);
    const { workspace } = repository;
    const other = await forge(workspace, head, { 'texts/1': await fileOf(workspace, head, 'texts/0') });
    const error = await refusal(() => readLog(workspace, replica, other));
    expect(error).toMatchObject({ code: 'PUBLISHED_LOG_INVALID', facts: { seq: 1 } });
    expect(error.message).toContain('its sidecar is another one');
    const gone = await forge(workspace, head, { 'texts/1': null });
    expect(await refusal(() => readLog(workspace, replica, gone))).toMatchObject({
      code: 'PUBLISHED_LOG_INVALID',
    });
  });

  it('takes a redacted sidecar where a tombstone says so, and nowhere else', async () => {
    const { workspace } = repository;
    repository.files.set('a.txt', { mode: '100644', content: 'three\n' });
    await capture(workspace, { intent: 'the password is hunter2', maxFileBytes: 1000 });
    const line = (await ids()).at(-1) ?? '';
    const { result } = await redactTexts(workspace, { ...REDACTION, text: line, reason: 'said too much' });
    expect(result.texts.map(({ record }) => record)).toContain(line);
    await publishLog(workspace);
    const head = await publishedHead(workspace, replica);
    const { segments } = await readLog(workspace, replica, head);
    const read = segments.flatMap(({ operations }) => operations).find(({ id }) => id === line);
    expect(read?.texts).toBe('redacted');

    const ground = await logGround(workspace);
    const heads = await readHeads(workspace, { head, replica });
    const nothing = { ...ground, tombstones: { records: new Map() } };
    const error = await refusal(async () => {
      for await (const segment of readVerified(workspace, nothing, { heads, after: BEGINNING })) void segment;
    });
    expect(error).toMatchObject({ facts: { seq: read?.line.seq } });
    expect(error.message).toContain('no tombstone says so');
  });

  it('refuses a clone that nobody endorsed, and a log under the name of another', async () => {
    const { head } = await publishLog(repository.workspace);
    const stranger = createReplica();
    const { workspace } = repository;
    expect(
      await refusal(() => readHeads(workspace, { head: head ?? '', replica: stranger.replica })),
    ).toMatchObject({ code: 'PUBLISHED_LOG_INVALID' });
    const ground = await logGround(workspace);
    const unendorsed = { ...ground, view: { ...ground.view, replicas: [] } };
    const heads = await readHeads(workspace, { head: head ?? '', replica });
    const error = await refusal(async () => {
      for await (const segment of readVerified(workspace, unendorsed, { heads, after: BEGINNING }))
        void segment;
    });
    expect(error.message).toContain('no record of authority that counts endorses its clone');
  });

  it('tells what is ahead, behind and forked', async () => {
    await publishLog(repository.workspace);
    const short = (
      await readLog(repository.workspace, replica, await publishedHead(repository.workspace, replica))
    ).heads;
    await save(repository, repository.workspace, { 'a.txt': 'two\n' });
    await publishLog(repository.workspace);
    const long = (
      await readLog(repository.workspace, replica, await publishedHead(repository.workspace, replica))
    ).heads;
    const other = long.map((head, index) => (index === 1 ? { ...head, id: replica } : head));
    const from = short[0]?.checkpoint.size;
    expect(compareLogs(short, long)).toMatchObject({ relation: 'ahead', from });
    expect(compareLogs(long, short)).toMatchObject({ relation: 'behind', from });
    expect(compareLogs(long, long)).toMatchObject({ relation: 'same' });
    expect(compareLogs(long, other)).toMatchObject({ relation: 'forked', from });
    expect(compareLogs([], short)).toMatchObject({ relation: 'ahead', from: 0, last: null });
  });
});

function swapped(lines: readonly Uint8Array[]): readonly Uint8Array[] {
  return [lines[0], lines[2], lines[1], ...lines.slice(3)].flatMap((line) => line ?? []);
}

function edited(lines: readonly Uint8Array[], at: number): readonly Uint8Array[] {
  return lines.map((line, index) =>
    index === at ? utf8((decodeUtf8(line) ?? '').replace('owner@example.com', 'other@example.com')) : line,
  );
}

function cutOff(lines: readonly Uint8Array[]): readonly Uint8Array[] {
  return lines.map((line, index) => (index === lines.length - 1 ? line.subarray(0, -1) : line));
}
