import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifySignature } from '#crypto/ed25519.ts';
import { createReplicaStore } from '#crypto/replica-store.ts';
import { parseBase64Url } from '#domain/encoding/base64url.ts';
import { parseHex, utf8 } from '#domain/encoding/bytes.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { formatDigest } from '#domain/id.ts';
import { converse, type Conversation } from '#platform/conversation.ts';
import type { Argv } from '#platform/spawn.ts';
import type { ReplicaStore } from '#ports/keys.ts';
import { bundleProgram, type BundledProgram } from '../support/bundle-program.ts';
import { makePrivateHome, type PrivateHome } from '../support/private-home.ts';
import { SHA256_HASHER } from '../support/sha256-hasher.ts';
import { copyTree } from '../support/run/tree.ts';

const CLONE = '7d3f0e52-0000-4000-8000-000000000001';
const code = (name: string): unknown => expect.objectContaining({ code: name });

let home: PrivateHome;
let store: ReplicaStore;
let clone: { readonly cloneId: string; readonly path: string };

beforeEach(() => {
  home = makePrivateHome();
  store = createReplicaStore(home.data, SHA256_HASHER);
  mkdirSync(home.path('..', 'work', '.git'), { recursive: true });
  clone = { cloneId: CLONE, path: home.path('..', 'work', '.git') };
});
afterEach(() => home.remove());

function replicaFiles(): readonly string[] {
  return home.files().filter((file) => file.startsWith('replicas/'));
}

describe('the replica store', () => {
  it('makes one identity for a clone and gives it back', async () => {
    const first = await store.open(clone);
    const again = await store.open(clone);
    expect(again.replica).toBe(first.replica);
    expect(again.signer.publicKey).toBe(first.signer.publicKey);
    expect(replicaFiles()).toEqual([`replicas/${CLONE}.json`]);
  });

  it('finds the identity where there is one, of a moved clone too, and makes none', async () => {
    expect(await store.find(clone)).toBeUndefined();
    expect(home.files()).toEqual([]);
    const first = await store.open(clone);
    expect((await store.find(clone))?.replica).toBe(first.replica);
    const moved = { ...clone, path: home.path('..', 'work') };
    expect(await store.find(moved)).toBeUndefined();
    const second = await store.open(moved);
    expect((await store.find(moved))?.replica).toBe(second.replica);
    expect((await store.find(clone))?.replica).toBe(first.replica);
    expect(replicaFiles()).toHaveLength(2);
  });

  it('names the replica by the hash of its key, which signs', async () => {
    const { replica, signer } = await store.open(clone);
    const key = parseHex(signer.publicKey) ?? new Uint8Array();
    expect(replica).toBe(formatDigest(SHA256_HASHER.hash('replica', key)));
    const hash = new Uint8Array(32).fill(9);
    expect(verifySignature('operation', hash, signer.sign('operation', hash), signer.publicKey)).toBe(true);
  });

  it('keys digests with a secret that only its own file holds: other kinds, contents and clones differ', async () => {
    const { keyed } = await store.open(clone);
    const content = utf8('a content');
    const digest = keyed('shun', content);
    expect(keyed('shun', content)).toBe(digest);
    expect((await store.open(clone)).keyed('shun', content)).toBe(digest);
    expect(keyed('index', content)).not.toBe(digest);
    expect(keyed('shun', utf8('b content'))).not.toBe(digest);
    expect((await store.open({ ...clone, cloneId: 'another' })).keyed('shun', content)).not.toBe(digest);
  });

  it('keys the same digests in a clone that was moved or copied: its shun list still counts', async () => {
    const content = utf8('a content');
    const first = await store.open(clone);
    copyTree(home.path('..', 'work'), home.path('..', 'copy'));
    renameSync(home.path('..', 'work'), home.path('..', 'moved'));
    for (const name of ['copy', 'moved']) {
      const other = await store.open({ ...clone, path: home.path('..', name, '.git') });
      expect(other.replica).not.toBe(first.replica);
      expect(other.keyed('shun', content)).toBe(first.keyed('shun', content));
    }
  });

  it('keys no digest with anything that is told: neither without the secret nor with another part of the file', async () => {
    const { keyed, replica, signer } = await store.open(clone);
    const content = utf8('a content');
    const digest = keyed('shun', content);
    const fields = JSON.parse(readFileSync(home.path('replicas', `${CLONE}.json`), 'utf8')) as Record<
      string,
      Json
    >;
    const { cloneSecret, ...others } = fields;
    const secret = parseBase64Url(JSON.stringify(cloneSecret).slice(1, -1)) ?? new Uint8Array();
    expect(formatDigest(SHA256_HASHER.hash('shun', secret, content))).toBe(digest);
    const told = [...Object.values(others).map(String), replica, signer.publicKey, ''];
    for (const value of told) {
      for (const key of [utf8(value), parseBase64Url(value), parseHex(value)]) {
        const guess = SHA256_HASHER.hash('shun', key ?? new Uint8Array(), content);
        expect(formatDigest(guess)).not.toBe(digest);
      }
    }
  });

  it('gives a clone without its file other digests', async () => {
    const content = utf8('a content');
    const digest = (await store.open(clone)).keyed('shun', content);
    rmSync(home.path('replicas', `${CLONE}.json`));
    expect((await store.open(clone)).keyed('shun', content)).not.toBe(digest);
  });

  it('knows the clone by every path that leads to it', async () => {
    const { replica } = await store.open(clone);
    symlinkSync(home.path('..', 'work'), home.path('..', 'link'));
    expect((await store.open({ ...clone, path: home.path('..', 'link', '.git') })).replica).toBe(replica);
  });

  it('gives a copied clone an identity of its own, and leaves the first its own', async () => {
    const { replica } = await store.open(clone);
    copyTree(home.path('..', 'work'), home.path('..', 'copy'));
    const copy = { ...clone, path: home.path('..', 'copy', '.git') };
    const copied = await store.open(copy);
    expect(copied.replica).not.toBe(replica);
    expect((await store.open(copy)).replica).toBe(copied.replica);
    expect((await store.open(clone)).replica).toBe(replica);
    expect(replicaFiles()).toHaveLength(2);
  });

  it('gives a clone an identity of its own that was moved, or put in the place of another', async () => {
    const { replica } = await store.open(clone);
    renameSync(home.path('..', 'work'), home.path('..', 'moved'));
    const moved = await store.open({ ...clone, path: home.path('..', 'moved', '.git') });
    copyTree(home.path('..', 'moved'), home.path('..', 'work'));
    const restored = await store.open(clone);
    expect(new Set([replica, moved.replica, restored.replica]).size).toBe(3);
    expect(replicaFiles()).toHaveLength(3);
  });

  it('keeps clones apart', async () => {
    const other = await store.open({ ...clone, cloneId: 'another' });
    expect(other.replica).not.toBe((await store.open(clone)).replica);
  });

  it.each(['', '../../etc', 'A', 'a/b', 'a.b', '-a', 'x'.repeat(65)])(
    'takes no clone id %j',
    async (cloneId) => {
      await expect(store.open({ ...clone, cloneId })).rejects.toEqual(code('FORMAT_INVALID'));
      expect(replicaFiles()).toEqual([]);
    },
  );

  it('takes no clone that is not there', async () => {
    await expect(store.open({ ...clone, path: home.path('gone') })).rejects.toEqual(code('IO_FAILED'));
  });
});

describe('a replica file is refused, and never replaced', () => {
  const path = (): string => home.path('replicas', `${CLONE}.json`);
  let bytes: Buffer;
  beforeEach(async () => {
    await store.open(clone);
    bytes = readFileSync(path());
  });

  it('with mode 0644, and in a directory 0755', async () => {
    chmodSync(path(), 0o644);
    await expect(store.open(clone)).rejects.toEqual(code('KEY_FILE_MODE'));
    chmodSync(path(), 0o600);
    chmodSync(home.path('replicas'), 0o755);
    await expect(store.open(clone)).rejects.toEqual(code('KEY_FILE_MODE'));
  });

  it('through a symbolic link, dangling or not', async () => {
    renameSync(path(), `${path()}.real`);
    symlinkSync(`${path()}.real`, path());
    await expect(store.open(clone)).rejects.toEqual(code('KEY_FILE_INVALID'));
    rmSync(`${path()}.real`);
    await expect(store.open(clone)).rejects.toEqual(code('KEY_FILE_INVALID'));
  });

  it('cut short at any byte', async () => {
    for (let length = 0; length < bytes.length; length += 13) {
      truncateSync(path(), length);
      await expect(store.open(clone)).rejects.toEqual(code('KEY_FILE_INVALID'));
      expect(readFileSync(path())).toHaveLength(length);
      writeFileSync(path(), bytes);
    }
  });

  it('with a secret that is not its key’s', async () => {
    const fields = JSON.parse(bytes.toString()) as Record<string, Json>;
    for (const change of [{ secret: fields['cloneSecret'] ?? null }, { cloneSecret: 'AA' }, { extra: 1 }]) {
      writeFileSync(path(), encodeCanonical({ ...fields, ...change }));
      await expect(store.open(clone)).rejects.toEqual(code('KEY_FILE_INVALID'));
    }
  });
});

function startEight(argv: Argv): readonly Conversation[] {
  return Array.from({ length: 8 }, () => converse(argv, { cwd: '/', env: {}, deadlineMs: 20_000 }));
}

describe('eight processes that open one clone at once', () => {
  let program: BundledProgram;
  beforeAll(async () => {
    program = await bundleProgram(new URL('../support/programs/open-replica.ts', import.meta.url));
  });
  afterAll(() => program.remove());

  it('agree on one identity', async () => {
    for (let round = 0; round < 3; round += 1) {
      const cloneId = `round-${round}`;
      const argv = [process.execPath, program.path, home.data, clone.path, cloneId] as const;
      const children = startEight(argv);
      for (const child of children) expect((await child.readLine())?.toString()).toBe('ready');
      await Promise.all(children.map((child) => child.write('go\n')));
      const answers = await Promise.all(children.map((child) => child.readLine()));
      await Promise.all(children.map((child) => child.end()));
      const { replica } = await store.open({ ...clone, cloneId });
      expect(new Set(answers.map(String))).toEqual(new Set([replica]));
      expect(replicaFiles().filter((file) => file.includes(cloneId))).toEqual([`replicas/${cloneId}.json`]);
    }
  });
});
