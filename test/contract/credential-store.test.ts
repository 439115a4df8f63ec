import {
  chmodSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCredentialStore } from '#crypto/credential-store.ts';
import { rawEd25519 } from '#crypto/ed25519.ts';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { encodeCanonical, type Json } from '#domain/encoding/canonical-json.ts';
import type { Credential, CredentialStore } from '#ports/keys.ts';
import { makePrivateHome, refusalOf, type PrivateHome } from '../support/private-home.ts';

const code = (name: string): unknown => expect.objectContaining({ code: name });

function makeCredential(): Credential {
  return {
    token: rawEd25519.generateKey().secret,
    holder: rawEd25519.generateKey(),
    provenance: { madeAt: '2026-11-21T12:00:00.000Z', madeBy: 'ann@example.com' },
  };
}

let home: PrivateHome;
let store: CredentialStore;
let path: string;

beforeEach(async () => {
  home = makePrivateHome();
  store = createCredentialStore(home.data);
  await store.writeSession('somebody', makeCredential());
  path = home.path('worker.hcred');
});
afterEach(() => home.remove());

function plain(credential: Credential) {
  const { token, holder, provenance } = credential;
  return {
    token: formatBase64Url(token),
    holder: { publicKey: holder.publicKey, secret: formatBase64Url(holder.secret) },
    provenance,
  };
}

describe('the credential store', () => {
  it('gives back what was written, in a file 0600 and nothing beside it', async () => {
    const credential = makeCredential();
    const before = home.files();
    await store.write(path, credential);
    expect(plain(await store.read(path))).toEqual(plain(credential));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(home.files().filter((file) => !before.includes(file))).toEqual(['worker.hcred']);
  });

  it('writes canonical JSON, the same that it formats', async () => {
    const credential = makeCredential();
    await store.write(path, credential);
    expect(readFileSync(path, 'utf8')).toBe(store.format(credential));
    const parsed = JSON.parse(store.format(credential)) as Json;
    expect(readFileSync(path)).toEqual(Buffer.from(encodeCanonical(parsed)));
  });

  it('reads what comes without a file, a line break at its end or not', () => {
    const credential = makeCredential();
    for (const end of ['', '\n']) {
      const bytes = new TextEncoder().encode(store.format(credential) + end);
      expect(plain(store.parse(bytes))).toEqual(plain(credential));
    }
  });

  it.each(['', '\n', '{}', '{"secret":"s3cr3t"}', 's3cr3t'])(
    'refuses %j handed over, without a word of it',
    (text) => {
      const parse = (): unknown => store.parse(new TextEncoder().encode(text));
      expect(parse).toThrow(code('CREDENTIAL_FILE_INVALID'));
      expect(parse).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('s3cr3t') as string }),
      );
    },
  );

  it('never overwrites, whatever has the name', async () => {
    await expect(store.assertFree(path)).resolves.toBeUndefined();
    symlinkSync(home.path('nowhere'), path);
    await expect(store.assertFree(path)).rejects.toEqual(code('OUTPUT_EXISTS'));
    await expect(store.write(path, makeCredential())).rejects.toEqual(code('OUTPUT_EXISTS'));
    expect(home.files()).not.toContain('nowhere');
  });

  it('lets exactly one of many at once have a name', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, () => store.write(path, makeCredential())),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(store.read(path)).resolves.toBeDefined();
  });

  it('says where a file is missing, and where a directory is', async () => {
    await expect(store.read(path)).rejects.toEqual(code('NOT_FOUND'));
    await expect(store.read(home.path('no', 'such.hcred'))).rejects.toEqual(code('NOT_FOUND'));
    await expect(store.write(home.path('no', 'such.hcred'), makeCredential())).rejects.toEqual(
      code('IO_FAILED'),
    );
  });

  it('replaces a session, and has none for others', async () => {
    const [first, second] = [makeCredential(), makeCredential()];
    expect(await store.readSession('ann@example.com')).toBeUndefined();
    await store.writeSession('ann@example.com', first);
    await store.writeSession('ann@example.com', second);
    const found = await store.readSession('ann@example.com');
    expect(found && plain(found)).toEqual(plain(second));
    expect(await store.readSession('Ann@example.com')).toBeUndefined();
    expect(statSync(home.path('credentials')).mode & 0o777).toBe(0o700);
  });

  it('shows readers one session or the other while it is replaced', async () => {
    const sessions = [makeCredential(), makeCredential()] as const;
    await store.writeSession('ann', sessions[0]);
    const allowed = sessions.map(({ holder }) => holder.publicKey);
    const writing = Promise.all(
      sessions.flatMap((one) => Array.from({ length: 20 }, () => store.writeSession('ann', one))),
    );
    for (let round = 0; round < 50; round += 1) {
      expect(allowed).toContain((await store.readSession('ann'))?.holder.publicKey);
    }
    await writing;
  });

  it('refuses to write what it would refuse to read', async () => {
    const good = makeCredential();
    for (const bad of [
      { ...good, token: new Uint8Array() },
      { ...good, token: new Uint8Array(16_385) },
      { ...good, holder: { ...good.holder, publicKey: rawEd25519.generateKey().publicKey } },
      { ...good, provenance: { ...good.provenance, madeAt: 'yesterday' } },
    ]) {
      await expect(store.write(path, bad)).rejects.toThrow();
    }
    expect(home.files()).not.toContain('worker.hcred');
  });
});

describe('a credential file is refused', () => {
  let credential: Credential;
  beforeEach(async () => {
    credential = makeCredential();
    await store.write(path, credential);
  });

  it.each([0o644, 0o640, 0o604])('with mode %o, naming it and the way out', async (mode) => {
    chmodSync(path, mode);
    expect(await refusalOf(store.read(path))).toMatchObject({
      code: 'CREDENTIAL_FILE_MODE',
      facts: { path, fix: `chmod 600 ${path}` },
    });
  });

  it('as a session in a directory that others may enter', async () => {
    chmodSync(home.path('credentials'), 0o711);
    await expect(store.readSession('somebody')).rejects.toEqual(code('CREDENTIAL_FILE_MODE'));
    await expect(store.writeSession('somebody', credential)).rejects.toEqual(code('CREDENTIAL_FILE_MODE'));
  });

  it('through a symbolic link, and as a directory', async () => {
    renameSync(path, `${path}.real`);
    symlinkSync(`${path}.real`, path);
    await expect(store.read(path)).rejects.toEqual(code('CREDENTIAL_FILE_INVALID'));
    await expect(store.read(home.path('credentials'))).rejects.toEqual(code('CREDENTIAL_FILE_INVALID'));
  });

  it('cut short at any byte, without a word of what it holds', async () => {
    const bytes = readFileSync(path);
    const secrets = [formatBase64Url(credential.holder.secret), formatBase64Url(credential.token)];
    for (let length = 0; length < bytes.length; length += 11) {
      truncateSync(path, length);
      const error = await refusalOf(store.read(path));
      expect(error).toEqual(code('CREDENTIAL_FILE_INVALID'));
      const said = JSON.stringify(error) + String(error) + String((error as Error).cause);
      for (const secret of secrets) expect(said).not.toContain(secret.slice(0, 8));
      writeFileSync(path, bytes);
    }
  });

  it('when its secret is not its holder’s, or a field is extra', async () => {
    const fields = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Json>;
    for (const change of [
      { secret: formatBase64Url(rawEd25519.generateKey().secret) },
      { holder: rawEd25519.generateKey().publicKey },
      { token: '' },
      { note: 'x' },
      { v: 2 },
    ]) {
      writeFileSync(path, encodeCanonical({ ...fields, ...change }));
      await expect(store.read(path)).rejects.toEqual(code('CREDENTIAL_FILE_INVALID'));
    }
  });
});
