import {
  chmodSync,
  closeSync,
  constants,
  lchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawEd25519, verifySignature } from '#crypto/ed25519.ts';
import { createKeyStore } from '#crypto/key-store.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import { formatId } from '#domain/id.ts';
import type { Passphrase, PrincipalKeyStore } from '#ports/keys.ts';
import { makePrivateHome, refusalOf, type PrivateHome } from '../support/private-home.ts';

const ANN = 'ann@example.com';
const NONE: Passphrase = { kind: 'none' };
const secret = (text: string): Passphrase => ({ kind: 'secret', value: Buffer.from(text) });
const code = (name: string): unknown => expect.objectContaining({ code: name });

let home: PrivateHome;
let store: PrincipalKeyStore;
let path: string;

beforeEach(() => {
  home = makePrivateHome();
  store = createKeyStore(home.data);
  path = home.path('keys', `${ANN}.json`);
});
afterEach(() => home.remove());

function readJson(): Record<string, Json> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Json>;
}

function rewrite(change: Record<string, Json>): void {
  writeFileSync(path, encodeCanonical({ ...readJson(), ...change }));
}

describe('the key store', () => {
  it('makes two keys, and gives them back', async () => {
    const made = await store.create(ANN, NONE);
    const { root, record } = await store.unlock(ANN, NONE);
    expect({ root: root.publicKey, record: record.publicKey }).toEqual(made);
    expect(made.root).not.toBe(made.record);
    const message = Buffer.from('a block');
    expect(rawEd25519.verifyRaw(made.root, message, rawEd25519.signRaw(root.secret, message))).toBe(true);
    const hash = new Uint8Array(32).fill(1);
    expect(verifySignature('authority', hash, record.sign('authority', hash), made.record)).toBe(true);
    expect(await store.list()).toEqual([{ principal: ANN, ...made, encrypted: false }]);
  });

  it('keeps files 0600 in a directory 0700, whatever the umask, and nothing beside them', async () => {
    const before = process.umask(0o777);
    process.umask(0);
    try {
      await store.create(ANN, NONE);
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(home.path('keys')).mode & 0o777).toBe(0o700);
    expect(statSync(home.data).mode & 0o777).toBe(0o700);
    expect(home.files()).toEqual([`keys/${ANN}.json`]);
  });

  it('never overwrites keys', async () => {
    const made = await store.create(ANN, NONE);
    await expect(store.create(ANN, NONE)).rejects.toEqual(code('OUTPUT_EXISTS'));
    expect((await store.unlock(ANN, NONE)).root.publicKey).toBe(made.root);
    expect(home.files()).toEqual([`keys/${ANN}.json`]);
  });

  it('lets exactly one of many at once make the keys', async () => {
    const results = await Promise.allSettled(Array.from({ length: 16 }, () => store.create(ANN, NONE)));
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(made).toHaveLength(1);
    expect((await store.list()).map(({ root, record }) => ({ root, record }))).toEqual(made);
    expect(home.files()).toEqual([`keys/${ANN}.json`]);
  });

  it('lists nothing where there is nothing, and misses what is not there', async () => {
    expect(await store.list()).toEqual([]);
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_MISSING'));
    expect(home.files()).toEqual([]);
  });

  it('keeps principals apart whose names differ in case or hold what file names cannot', async () => {
    const names = ['a/../b', 'Ann', 'ann', '.hidden', 'ä', 'a%2fb', 'Zoë <z@example.com>'];
    for (const name of names) await store.create(name, NONE);
    expect((await store.list()).map(({ principal }) => principal)).toEqual(names.toSorted());
    const files = home.files();
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
    expect(files.every((file) => /^keys\/[a-z0-9%@][a-z0-9%@._+-]*\.json$/.test(file))).toBe(true);
  });

  it.each(['', '-p', 'a\u0000b', 'a\u202eb', 'x'.repeat(321)])('makes no key for %j', async (name) => {
    await expect(store.create(name, NONE)).rejects.toEqual(code('USAGE'));
    expect(home.files()).toEqual([]);
  });
});

describe('encrypted keys', () => {
  it('open with their passphrase alone', async () => {
    const made = await store.create(ANN, secret('correct horse'));
    expect(await store.list()).toEqual([{ principal: ANN, ...made, encrypted: true }]);
    const { root, record } = await store.unlock(ANN, secret('correct horse'));
    expect({ root: root.publicKey, record: record.publicKey }).toEqual(made);
    expect(readFileSync(path).includes(formatBase64Url(root.secret).slice(0, 40))).toBe(false);
    await expect(store.unlock(ANN, secret('correct horsf'))).rejects.toEqual(code('PASSPHRASE_WRONG'));
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_LOCKED'));
  });

  it('are not made under an empty passphrase', async () => {
    await expect(store.create(ANN, secret(''))).rejects.toEqual(code('PASSPHRASE_MISSING'));
    expect(home.files()).toEqual([]);
  });

  it('authenticate every field of the file', async () => {
    await store.create(ANN, secret('p'));
    const [other, bob] = ['bob@example.com', home.path('keys', 'bob@example.com.json')];
    const original = readJson();
    const protection = original['protection'] as Record<string, Json>;
    for (const [change, refusal] of [
      [{ root: rawEd25519.generateKey().publicKey }, 'PASSPHRASE_WRONG'],
      [{ record: rawEd25519.generateKey().publicKey }, 'PASSPHRASE_WRONG'],
      [{ protection: { ...protection, nonce: 'AAAAAAAAAAAAAAAA' } }, 'PASSPHRASE_WRONG'],
      [{ protection: { ...protection, n: 1024 } }, 'KEY_FILE_INVALID'],
      [{ protection: { ...protection, kdf: 'none' } }, 'KEY_FILE_INVALID'],
      [{ protection: null }, 'KEY_FILE_INVALID'],
    ] as const) {
      rewrite(change);
      await expect(store.unlock(ANN, secret('p'))).rejects.toEqual(code(refusal));
      writeFileSync(path, encodeCanonical(original));
    }
    rewrite({ principal: other });
    renameSync(path, bob);
    await expect(store.unlock(other, secret('p'))).rejects.toEqual(code('PASSPHRASE_WRONG'));
  });
});

describe('a key file is refused', () => {
  beforeEach(() => store.create(ANN, NONE));

  it.each([0o644, 0o640, 0o620, 0o660, 0o601, 0o610])(
    'with mode %o, naming it and the way out',
    async (mode) => {
      chmodSync(path, mode);
      const error = await refusalOf(store.unlock(ANN, NONE));
      expect(error).toEqual(code('KEY_FILE_MODE'));
      expect(error).toMatchObject({
        facts: { path, mode: `0${mode.toString(8)}`, fix: `chmod 600 ${path}` },
      });
      await expect(store.list()).rejects.toEqual(code('KEY_FILE_MODE'));
      chmodSync(path, 0o600);
      await expect(store.unlock(ANN, NONE)).resolves.toBeDefined();
    },
  );

  it('by a command that a shell takes as it stands, whatever the path', async () => {
    const odd = makePrivateHome();
    const data = `${odd.data} of 'Ann'; $(x)`;
    mkdirSync(odd.data, { recursive: true });
    const other = createKeyStore(data);
    await other.create(ANN, NONE);
    chmodSync(`${data}/keys/${ANN}.json`, 0o644);
    const error = await refusalOf(other.unlock(ANN, NONE));
    const fix = error instanceof HeddleError ? String(error.facts['fix']) : '';
    execFileSync('sh', ['-c', fix]);
    await expect(other.unlock(ANN, NONE)).resolves.toBeDefined();
    odd.remove();
  });

  it.each([0o755, 0o770, 0o701])('in a directory with mode %o', async (mode) => {
    chmodSync(home.path('keys'), mode);
    const error = await refusalOf(store.unlock(ANN, NONE));
    expect(error).toMatchObject({ code: 'KEY_FILE_MODE', facts: { fix: `chmod 700 ${home.path('keys')}` } });
    await expect(store.list()).rejects.toEqual(code('KEY_FILE_MODE'));
    await expect(store.create('bob', NONE)).rejects.toEqual(code('KEY_FILE_MODE'));
  });

  it.skipIf(process.geteuid?.() !== 0)('when it belongs to another user', async () => {
    lchownSync(path, 65_534, 65_534);
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_MODE'));
  });

  it.skipIf(process.geteuid?.() !== 0)('in a directory of another user', async () => {
    lchownSync(home.path('keys'), 65_534, 65_534);
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_MODE'));
  });

  it('through a symbolic link, to the file and to its directory', async () => {
    renameSync(path, `${path}.real`);
    symlinkSync(`${path}.real`, path);
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
    renameSync(`${path}.real`, path);
    renameSync(home.path('keys'), home.path('elsewhere'));
    symlinkSync(home.path('elsewhere'), home.path('keys'));
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_MODE'));
  });

  it('as a pipe, without waiting for a writer, and even if a good file comes out of it', async () => {
    const bytes = readFileSync(path);
    renameSync(path, `${path}.real`);
    execFileSync('mkfifo', ['-m', '600', path]);
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
    const pipe = openSync(path, constants.O_RDWR);
    writeSync(pipe, bytes);
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
    closeSync(pipe);
  });

  it('cut short at any byte, without a word of what it holds', async () => {
    const bytes = readFileSync(path);
    const held = readJson()['secrets'] as string;
    for (let length = 0; length < bytes.length; length += 7) {
      truncateSync(path, length);
      const error = await refusalOf(store.unlock(ANN, NONE));
      expect(error).toEqual(code('KEY_FILE_INVALID'));
      expect(JSON.stringify(error) + (error as Error).message).not.toContain(held.slice(0, 8));
      writeFileSync(path, bytes);
    }
  });

  it('when it is longer than any key file', async () => {
    writeFileSync(path, Buffer.alloc(9_000, 0x20));
    await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
  });

  it('with a field more, a field less, another order or another version', async () => {
    const original = readFileSync(path);
    const { record, ...less } = readJson();
    for (const bytes of [
      encodeCanonical({ ...readJson(), note: 'x' }),
      encodeCanonical(less),
      Buffer.from(JSON.stringify({ record, ...less }, null, 1)),
      encodeCanonical({ ...readJson(), v: 2 }),
    ]) {
      writeFileSync(path, bytes);
      await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
    }
    writeFileSync(path, original);
    await expect(store.unlock(ANN, NONE)).resolves.toBeDefined();
  });

  it('when its public keys are not those of its secrets', async () => {
    const { root, record } = readJson();
    for (const change of [
      { root: rawEd25519.generateKey().publicKey },
      { record: rawEd25519.generateKey().publicKey },
      { root: record ?? null, record: root ?? null },
      { root: '01' + '00'.repeat(31) },
    ]) {
      const before = readFileSync(path);
      rewrite(change);
      await expect(store.unlock(ANN, NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
      writeFileSync(path, before);
    }
  });

  it('under the name of another principal', async () => {
    renameSync(path, home.path('keys', 'bob.json'));
    await expect(store.unlock('bob', NONE)).rejects.toEqual(code('KEY_FILE_INVALID'));
    await expect(store.list()).rejects.toEqual(code('KEY_FILE_INVALID'));
  });
});

const REPO = formatId('hg', new Uint8Array(32).fill(1));

describe('spare keys', () => {
  const spare = (root: string): string => home.path('spare-keys', `${root}.json`);

  it('are durable, used for nothing until they are promoted, and the former stay', async () => {
    const current = await store.create(ANN, NONE);
    const made = await store.prepare(ANN, secret('p'), REPO);
    expect(await store.list()).toMatchObject([current]);
    expect(await store.spares(ANN)).toEqual([{ principal: ANN, ...made, encrypted: true }]);
    expect(await store.spares('bob@example.com')).toEqual([]);
    expect(await store.prepared(REPO)).toEqual([made.root]);
    expect(await store.prepared(formatId('hg', new Uint8Array(32)))).toEqual([]);
    for (let time = 0; time < 2; time += 1) {
      await store.promote(ANN, made.root);
      expect(await store.list()).toMatchObject([{ ...made, encrypted: true }]);
      expect(await store.prepared(REPO)).toEqual([]);
      const { root, record } = await store.unlockSpare(ANN, current.root, NONE);
      expect({ root: root.publicKey, record: record.publicKey }).toEqual(current);
    }
    expect(statSync(spare(current.root)).mode & 0o777).toBe(0o600);
  });

  it('are made for no repository, too, and then wait for no rotation', async () => {
    await store.create(ANN, NONE);
    const made = await store.prepare(ANN, NONE, null);
    expect(await store.prepared(REPO)).toEqual([]);
    await store.promote(ANN, made.root);
    expect(await store.list()).toMatchObject([made]);
    expect(home.files().filter((path) => path.startsWith('prepared-keys'))).toEqual([]);
  });

  it('are refused like every key file: wrong passphrase, mode, name, principal, none', async () => {
    const { root } = await store.prepare(ANN, secret('p'), REPO);
    await expect(store.unlockSpare(ANN, root, secret('q'))).rejects.toEqual(code('PASSPHRASE_WRONG'));
    await expect(store.unlockSpare('bob@example.com', root, secret('p'))).rejects.toEqual(
      code('KEY_FILE_INVALID'),
    );
    await expect(store.promote(ANN, '00'.repeat(32))).rejects.toEqual(code('KEY_MISSING'));
    renameSync(spare(root), spare('00'.repeat(32)));
    await expect(store.promote(ANN, '00'.repeat(32))).rejects.toEqual(code('KEY_FILE_INVALID'));
    chmodSync(spare('00'.repeat(32)), 0o644);
    await expect(store.spares(ANN)).rejects.toEqual(code('KEY_FILE_MODE'));
  });
});
