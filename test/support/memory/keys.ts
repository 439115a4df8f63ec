import { rawEd25519 } from '#crypto/ed25519.ts';
import { HeddleError } from '#domain/error.ts';
import type { Credential, CredentialStore, HolderKey, Passphrase, PrincipalKeyStore } from '#ports/keys.ts';
import { signerOf } from '../tokens/remembered-ed25519.ts';

interface StoredKeys {
  readonly root: HolderKey;
  readonly record: HolderKey;
  readonly passphrase: Passphrase;
}

const homes = new WeakMap<PrincipalKeyStore, ReadonlyMap<string, StoredKeys>>();

/** Another home with the keys that one has now. */
export function copyMemoryKeys(keys: PrincipalKeyStore): PrincipalKeyStore {
  return createMemoryKeys(homes.get(keys));
}

/** A home's keys without a disk: nothing is sealed, the passphrase is compared. */
export function createMemoryKeys(has: ReadonlyMap<string, StoredKeys> = new Map()): PrincipalKeyStore {
  const stored = new Map(has);
  const prepared = new Map<string, string>();
  const spare = new Map<string, StoredKeys & { readonly principal: string }>();
  const keys: PrincipalKeyStore = {
    list: async () =>
      [...stored]
        .map(([principal, { root, record, passphrase }]) => ({
          principal,
          root: root.publicKey,
          record: record.publicKey,
          encrypted: passphrase.kind === 'secret',
        }))
        .toSorted((a, b) => (a.principal < b.principal ? -1 : 1)),
    async create(principal, passphrase) {
      if (stored.has(principal)) throw new HeddleError('OUTPUT_EXISTS', 'the principal has keys');
      const made = { root: rawEd25519.generateKey(), record: rawEd25519.generateKey(), passphrase };
      stored.set(principal, made);
      return { root: made.root.publicKey, record: made.record.publicKey };
    },
    async unlock(principal, passphrase) {
      const found = stored.get(principal);
      if (found === undefined) throw new HeddleError('KEY_MISSING', 'the principal has no keys');
      const same =
        found.passphrase.kind === 'none' ||
        (passphrase.kind === 'secret' && passphrase.value.join() === found.passphrase.value.join());
      if (!same) throw new HeddleError('PASSPHRASE_WRONG', 'the passphrase does not open the keys');
      return { root: { principal, ...found.root }, record: signerOf(found.record) };
    },
    spares: async (principal) =>
      [...spare.values()]
        .filter((keys) => keys.principal === principal)
        .map(({ root, record, passphrase }) => ({
          root: root.publicKey,
          record: record.publicKey,
          encrypted: passphrase.kind === 'secret',
        })),
    async prepare(principal, passphrase, repo) {
      const made = { root: rawEd25519.generateKey(), record: rawEd25519.generateKey(), passphrase };
      spare.set(made.root.publicKey, { ...made, principal });
      if (repo !== null) prepared.set(made.root.publicKey, repo);
      return { root: made.root.publicKey, record: made.record.publicKey };
    },
    prepared: async (repo) => [...prepared].flatMap(([root, made]) => (made === repo ? [root] : [])),
    async unlockSpare(principal, root) {
      const found = spare.get(root);
      if (found === undefined) throw new HeddleError('KEY_MISSING', 'there is no such key');
      return { root: { principal, ...found.root }, record: signerOf(found.record) };
    },
    async promote(principal, root) {
      const current = stored.get(principal);
      if (current?.root.publicKey === root) return;
      const found = spare.get(root);
      if (found === undefined) throw new HeddleError('KEY_MISSING', 'there is no such key');
      if (current !== undefined) spare.set(current.root.publicKey, { ...current, principal });
      stored.set(principal, found);
      prepared.delete(root);
    },
  };
  homes.set(keys, stored);
  return keys;
}

/** Credential files without a disk: path to credential. */
export interface MemoryCredentials extends CredentialStore {
  readonly files: Map<string, Credential>;
  readonly sessions: Map<string, Credential>;
}

/** Credential files without a disk. */
export function createMemoryCredentials(): MemoryCredentials {
  const files = new Map<string, Credential>();
  const sessions = new Map<string, Credential>();
  const formatted = new Map<string, Credential>();
  const assertFree = async (path: string): Promise<void> => {
    if (files.has(path)) throw new HeddleError('OUTPUT_EXISTS', 'there is something already');
  };
  return {
    files,
    sessions,
    async read(path) {
      const found = files.get(path);
      if (found === undefined) throw new HeddleError('NOT_FOUND', 'there is no credential file');
      return found;
    },
    parse(bytes) {
      const found = formatted.get(new TextDecoder().decode(bytes));
      if (found !== undefined) return found;
      throw new HeddleError('CREDENTIAL_FILE_INVALID', 'only what was formatted here is read');
    },
    assertFree,
    format(credential) {
      const text = JSON.stringify([credential.provenance, credential.holder.publicKey]);
      formatted.set(text, credential);
      return text;
    },
    async write(path, credential) {
      await assertFree(path);
      files.set(path, credential);
    },
    readSession: async (principal) => sessions.get(principal),
    async writeSession(principal, credential) {
      sessions.set(principal, credential);
    },
  };
}
