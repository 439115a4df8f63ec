import { beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, decodeUtf8, formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { threadRef } from '#domain/refs.ts';
import type { VerifySignature } from '#ports/keys.ts';
import type { GitObject, ObjectReader } from '#ports/objects.ts';
import type { Workspace } from '#ports/workspace.ts';
import { log } from '#usecases/history/read-history.ts';
import { rememberingSignatures } from '#usecases/states/memory/remember-signatures.ts';
import { verify } from '#usecases/verify/verify.ts';
import { save, started } from '../../../../support/memory/scenes.ts';
import { createReplica, type MemoryRepository } from '../../../../support/memory/workspace.ts';

const STATES = 10;
const ENTRY_BYTES = 160;
const LF = 10;

let repository: MemoryRepository;
let asked: string[];
let workspace: Workspace;

beforeEach(async () => {
  repository = await started();
  for (let count = 0; count < STATES; count += 1) {
    await save(repository, repository.workspace, { file: `content ${count}` });
  }
  asked = [];
  const verifySignature: VerifySignature = (kind, ...rest) => {
    asked.push(kind);
    return repository.workspace.verifySignature(kind, ...rest);
  };
  workspace = { ...repository.workspace, verifySignature };
});

async function read(through = workspace) {
  asked = [];
  const { states } = await log(through, { thread: null, limit: null });
  const verified = asked.filter((kind) => kind === 'state').length;
  return { shown: states.map(({ attestation }) => attestation), verified };
}

function written(): readonly [replica: string, file: Uint8Array] {
  const [[replica, bytes] = ['', new Uint8Array()]] = repository.signatureCache.texts;
  return [replica, bytes];
}

function entries(): readonly string[] {
  const [, file] = written();
  const all = formatHex(file.subarray(file.indexOf(LF) + 1));
  return all.match(new RegExp(`.{${2 * ENTRY_BYTES}}`, 'g')) ?? [];
}

/** Puts something else where the entries are. */
function write(file: Uint8Array): void {
  repository.signatureCache.texts.set(written()[0], file);
}

const ALL_VERIFIED = Array.from({ length: STATES }, () => 'verified');

describe('signatures that this home found good', () => {
  it('are not verified again by what reads history, and are by verify', async () => {
    expect(await read()).toEqual({ shown: ALL_VERIFIED, verified: STATES });
    expect(entries()).toHaveLength(STATES);
    expect(await read()).toEqual({ shown: ALL_VERIFIED, verified: 0 });
    asked = [];
    await verify(workspace, { all: true });
    expect(asked.filter((kind) => kind === 'state').length).toBeGreaterThanOrEqual(STATES);
  });

  it('are remembered beside the ones before, in order, so that each is found', async () => {
    await read();
    for (let count = 0; count < STATES; count += 1) await save(repository, workspace, { other: `${count}` });
    expect((await read()).verified).toBe(STATES);
    expect((await read()).verified).toBe(0);
    expect(entries()).toHaveLength(2 * STATES);
    expect(entries()).toEqual(entries().toSorted());
  });

  it('are not written for a few', async () => {
    await read();
    const before = written()[1];
    await save(repository, workspace, { other: 'one more' });
    expect((await read()).verified).toBe(1);
    expect(written()[1]).toBe(before);
  });

  it.each([
    ['with one bit of an entry flipped', (file: Uint8Array) => flipped(file, file.length - 1)],
    ['with one bit of its line flipped', (file: Uint8Array) => flipped(file, 0)],
    ['cut off after an entry', (file: Uint8Array) => file.slice(0, -ENTRY_BYTES)],
    ['cut off in the middle of an entry', (file: Uint8Array) => file.slice(0, -1)],
    ['without its line', (file: Uint8Array) => file.slice(file.indexOf(LF) + 1)],
    ['with an entry more', (file: Uint8Array) => concatBytes(file, file.slice(-ENTRY_BYTES))],
    ['empty', () => new Uint8Array()],
    ['longer than any that is written', () => new Uint8Array(1_000_000).fill(LF)],
  ])('are verified again where what was written is found %s', async (_, change) => {
    await read();
    write(change(written()[1]));
    expect(await read()).toEqual({ shown: ALL_VERIFIED, verified: STATES });
  });

  it('are verified again where another clone wrote them, under this one’s name too', async () => {
    const other = createReplica();
    await read({ ...workspace, knownReplica: async () => other });
    const foreign = written()[1];
    repository.signatureCache.texts.clear();
    const own = await repository.workspace.replica();
    repository.signatureCache.texts.set(own.replica, foreign);
    expect(await read()).toEqual({ shown: ALL_VERIFIED, verified: STATES });
  });

  it('are verified where this home has no secret, and nothing is written', async () => {
    const without = { ...workspace, knownReplica: async () => undefined };
    expect(await read(without)).toEqual({ shown: ALL_VERIFIED, verified: STATES });
    expect(repository.signatureCache.texts.size).toBe(0);
  });

  it('are forgotten where there are too many', async () => {
    const own = await workspace.replica();
    const many = new Uint8Array(4096 * ENTRY_BYTES);
    const line = (content: Uint8Array) => utf8(`${own.keyed('verified', content)}\n`);
    repository.signatureCache.texts.set(own.replica, concatBytes(line(many), many));
    expect((await read()).verified).toBe(STATES);
    expect(entries()).toHaveLength(STATES);
    expect((await read()).verified).toBe(0);
  });

  it('say nothing of a state that was tampered with since', async () => {
    await read();
    const carrier = await workspace.refs.read(threadRef('task'));
    const attestation = await workspace.objects.read(`${carrier}:attestation.json`, 10_000);
    const text = decodeUtf8(attestation?.content ?? new Uint8Array()) ?? '';
    const changed = text.replace(/"sig":"(.)/, (_, first: string) => `"sig":"${first === 'A' ? 'B' : 'A'}`);
    expect(changed).not.toBe(text);
    const inner = workspace.objects;
    // Under the id of the original: a store that checks no hashes would hand out as much.
    const swap = (object: GitObject | undefined): GitObject | undefined =>
      object?.id === attestation?.id && object !== undefined ? { ...object, content: utf8(changed) } : object;
    const objects: ObjectReader = {
      read: async (name, most) => swap(await inner.read(name, most)),
      readMany: async (names, most) => (await inner.readMany(names, most)).map(swap),
      readTree: (name) => inner.readTree(name),
      readTrees: (trees) => inner.readTrees(trees),
      streamBlobs: (ids, sink) => inner.streamBlobs(ids, sink),
      listFiles: (tree) => inner.listFiles(tree),
    };
    const { shown, verified } = await read({ ...workspace, objects });
    expect(shown).toEqual(['invalid', ...ALL_VERIFIED.slice(1)]);
    expect(verified).toBe(1);
  });
});

function flipped(file: Uint8Array, at: number): Uint8Array {
  return file.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

describe('an entry', () => {
  const [HASH, SIGNATURE, KEY] = [new Uint8Array(32).fill(1), new Uint8Array(64).fill(2), 'ab'.repeat(32)];
  const good = (count: number) => ['state', Uint8Array.of(count, ...HASH.slice(1)), SIGNATURE, KEY] as const;

  /** What each question comes to where eight signatures were good before and none is now. */
  async function again(...questions: readonly Parameters<VerifySignature>[]): Promise<readonly boolean[]> {
    const saying = (answer: boolean): Workspace => ({ ...workspace, verifySignature: () => answer });
    const eight = Array.from({ length: 8 }, (_, count) => good(count));
    await rememberingSignatures(saying(true), async (through) => {
      for (const question of eight) through.verifySignature(...question);
    });
    return rememberingSignatures(saying(false), async (through) =>
      questions.map((question) => through.verifySignature(...question)),
    );
  }

  it('of records of authority is in a file that is none of states, and the other way round', async () => {
    const saying = (answer: boolean): Workspace => ({ ...workspace, verifySignature: () => answer });
    const hashes = Array.from({ length: 8 }, (_, count) => good(count)[1]);
    const asked = async (kind: 'state' | 'authority', answer: boolean): Promise<readonly boolean[]> =>
      rememberingSignatures(
        saying(answer),
        async (through) => hashes.map((hash) => through.verifySignature(kind, hash, SIGNATURE, KEY)),
        kind,
      );
    await asked('authority', true);
    expect(new Set(await asked('authority', false))).toEqual(new Set([true]));
    expect(new Set(await asked('state', false))).toEqual(new Set([false]));
    await asked('state', true);
    expect(new Set(await asked('authority', false))).toEqual(new Set([false]));
  });

  it('is of one kind, one hash, one signature and one key, as they are written', async () => {
    const twisted = Uint8Array.of(3, ...SIGNATURE.slice(1));
    expect(
      await again(
        [...good(0)],
        ['authority', HASH, SIGNATURE, KEY],
        ['state', HASH.map((byte) => byte + 1), SIGNATURE, KEY],
        ['state', good(0)[1], twisted, KEY],
        ['state', good(0)[1], SIGNATURE, 'cd'.repeat(32)],
        ['state', good(0)[1], SIGNATURE, KEY.toUpperCase()],
      ),
    ).toEqual([true, false, false, false, false, false]);
  });

  it('is not made of parts that run into each other', async () => {
    const longer = `${KEY}\u0002`;
    expect(await again(['state', good(0)[1], SIGNATURE.slice(1), longer])).toEqual([false]);
  });
});
