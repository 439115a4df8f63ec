import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LocalRecords } from '#ports/log.ts';
import { createMemoryPins } from '../support/memory/clone-pins.ts';
import { openLocalRecords } from '#storage/local-records.ts';
import { createMemoryLocalRecords } from '../support/memory/local-records.ts';
import {
  SAMPLE_GENESIS,
  SAMPLE_STATE,
  SAMPLE_THREAD,
  sampleDigest,
} from '../support/samples/sample-operations.ts';

const root = mkdtempSync(join(tmpdir(), 'heddle-records-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sealed = (thread: string) => ({ record: { ...SAMPLE_THREAD, thread }, seal: null });

interface Opened {
  readonly records: LocalRecords;
  readonly gitDir: string;
}

function onDisk(): Opened & { readonly common: string } {
  const common = mkdtempSync(join(root, 'clone-'));
  return { records: openLocalRecords(common, createMemoryPins()), gitDir: common, common };
}

const implementations: readonly (readonly [string, () => Opened])[] = [
  ['in memory', () => ({ records: createMemoryLocalRecords(), gitDir: '/repo/.git' })],
  ['on disk', onDisk],
];

describe.each(implementations)('local records %s', (_, open) => {
  it('keep the clone', async () => {
    const { records } = open();
    expect(await records.readClone()).toBeUndefined();
    await records.writeClone({ cloneId: 'first', genesis: SAMPLE_GENESIS });
    await records.writeClone({ cloneId: 'second', genesis: SAMPLE_GENESIS });
    expect(await records.readClone()).toEqual({ cloneId: 'second', genesis: SAMPLE_GENESIS });
  });

  it("keep a worktree's position until it is taken away", async () => {
    const { records, gitDir } = open();
    expect(await records.readPosition(gitDir)).toBeUndefined();
    await records.writePosition(gitDir, { thread: 'main', state: null });
    await records.writePosition(gitDir, { thread: 'main', state: SAMPLE_STATE });
    expect(await records.readPosition(gitDir)).toEqual({ thread: 'main', state: SAMPLE_STATE });
    await records.writePosition(gitDir, undefined);
    await records.writePosition(gitDir, undefined);
    expect(await records.readPosition(gitDir)).toBeUndefined();
  });

  it('keep threads by name, sorted, whatever the name holds', async () => {
    const { records } = open();
    expect(await records.listThreads()).toEqual([]);
    const names = ['task/Login', 'task/login', 'ünïcode', '..', '.hidden', 'a%2Fb', 'task%2FLogin'];
    for (const thread of names) await records.writeThread(thread, sealed(thread));
    expect((await records.listThreads()).map(({ record }) => record.thread)).toEqual(names.toSorted());
    for (const thread of names) expect((await records.readThread(thread))?.record.thread).toBe(thread);
    await records.writeThread('task/login', undefined);
    expect(await records.readThread('task/login')).toBeUndefined();
    expect(await records.readThread('task/Login')).toEqual({
      record: SAMPLE_THREAD,
      seal: null,
    });
    await expect(records.writeThread('other', { record: SAMPLE_THREAD, seal: null })).rejects.toMatchObject({
      code: 'FORMAT_INVALID',
    });
  });
});

describe('local records on disk', () => {
  it('refuse what is not canonical, of another kind, of a later version, too long or a link', async () => {
    const { records, common } = onDisk();
    await records.writeClone({ cloneId: 'x', genesis: SAMPLE_GENESIS });
    const path = join(common, 'heddle', 'clone.json');
    const sound = readFileSync(path, 'utf8');
    const bad: readonly (readonly [string, string])[] = [
      [` ${sound}`, 'FORMAT_INVALID'],
      [sound.replace('"cloneId"', '"clone"'), 'FORMAT_INVALID'],
      [sound.slice(0, -1), 'FORMAT_INVALID'],
      ['', 'FORMAT_INVALID'],
      [sound.replace('"type":"clone"', '"type":"thread"'), 'FORMAT_UNKNOWN'],
      [sound.replace('"v":1', '"v":2'), 'FORMAT_UNKNOWN'],
      ['x'.repeat(3 * 1024 * 1024), 'FORMAT_INVALID'],
    ];
    for (const [text, code] of bad) {
      writeFileSync(path, text);
      await expect(records.readClone()).rejects.toMatchObject({ code });
    }
    rmSync(path);
    writeFileSync(join(common, 'elsewhere'), sound);
    symlinkSync(join(common, 'elsewhere'), path);
    await expect(records.readClone()).rejects.toMatchObject({
      code: 'IO_FAILED',
      facts: { reason: 'ELOOP' },
    });
  });

  it("write positions of this clone's worktrees only", async () => {
    const { records, common } = onDisk();
    const linked = join(common, 'worktrees', 'w');
    mkdirSync(linked, { recursive: true });
    await records.writePosition(linked, { thread: 'w', state: null });
    expect(await records.readPosition(linked)).toEqual({ thread: 'w', state: null });
    const foreign = mkdtempSync(join(root, 'foreign-'));
    symlinkSync(foreign, join(common, 'worktrees', 'trap'));
    for (const gitDir of [foreign, join(common, 'worktrees', 'trap'), join(linked, '..', '..', '..')]) {
      await expect(records.writePosition(gitDir, { thread: 'w', state: null })).rejects.toMatchObject({
        code: 'PATH_INVALID',
      });
    }
    expect(readdirSync(foreign)).toEqual([]);
  });

  it('bring no worktree back that is gone', async () => {
    const { records, common } = onDisk();
    await records.writePosition(join(common, 'worktrees', 'gone'), { thread: 'w', state: null });
    expect(readdirSync(common)).toEqual([]);
  });

  it("refuse a thread record under another thread's name, and a name too long for a file", async () => {
    const { records, common } = onDisk();
    await records.writeThread('a', sealed('a'));
    const threads = join(common, 'heddle', 'threads');
    writeFileSync(join(threads, 'b.json'), readFileSync(join(threads, 'a.json')));
    await expect(records.readThread('b')).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(records.listThreads()).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
    await expect(records.readThread('ü'.repeat(100))).rejects.toMatchObject({ code: 'THREAD_NAME_INVALID' });
  });

  it('read a thread record of the first version, which nobody sealed', async () => {
    const { records, common } = onDisk();
    await records.writeThread('a', { ...sealed('a'), seal: sampleDigest('seal') });
    expect(await records.readThread('a')).toEqual({ ...sealed('a'), seal: sampleDigest('seal') });
    const path = join(common, 'heddle', 'threads', 'a.json');
    const text = readFileSync(path, 'utf8');
    const first = text.replace(`"seal":"${sampleDigest('seal')}",`, '').replace('"v":2', '"v":1');
    writeFileSync(path, first);
    expect(await records.readThread('a')).toEqual(sealed('a'));
    writeFileSync(path, text.replace('"v":2', '"v":1'));
    await expect(records.readThread('a')).rejects.toMatchObject({ code: 'FORMAT_INVALID' });
  });

  it('leave no temporary file', async () => {
    const { records, common } = onDisk();
    await records.writeClone({ cloneId: 'x', genesis: SAMPLE_GENESIS });
    expect(readdirSync(join(common, 'heddle', 'tmp'))).toEqual([]);
  });
});
