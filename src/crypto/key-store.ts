import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrincipalKeys } from '#domain/authority/authority.ts';
import { utf8 } from '#domain/encoding/bytes.ts';
import { HeddleError } from '#domain/error.ts';
import { isPrincipal } from '#domain/actor/principal.ts';
import type { HolderKey, Passphrase, PrincipalKeyStore, RootKey, Signer } from '#ports/keys.ts';
import { derivePublicKey, rawEd25519, signerOf } from './ed25519.ts';
import { escapeFileName } from './file-name.ts';
import {
  MAX_KEY_FILE_BYTES,
  decodeKeyFile,
  encodeKeyFile,
  encodeKeyHeader,
  joinSecrets,
  splitSecrets,
  type KeyFile,
} from './key-file.ts';
import { newSealParameters, openSecrets, sealSecrets } from './key-seal.ts';
import {
  listPrivateFiles,
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  writePrivateFile,
  type PrivateFileRules,
} from './private-file.ts';

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: MAX_KEY_FILE_BYTES,
  directory: 'private',
};

/** Keys in `<data>/keys`, one file for each principal. `data` is the user's data directory, absolute. */
export function createKeyStore(data: string): PrincipalKeyStore {
  const directory = join(data, 'keys');
  const pathOf = (principal: string): string => join(directory, `${escapeFileName(principal)}.json`);
  return {
    list: async () => {
      const names = await listPrivateFiles(directory, '.json', RULES);
      const files = await Promise.all(names.map((name) => loadListed(directory, name)));
      return files.map(describe).toSorted((a, b) => (a.principal < b.principal ? -1 : 1));
    },
    create: async (principal, passphrase) => {
      if (!isPrincipal(principal))
        throw new HeddleError('USAGE', 'not a principal', { facts: { principal } });
      const { file, keys } = await newKeyFile(principal, passphrase);
      await makePrivateDirectory(directory, RULES);
      await writePrivateFile(pathOf(principal), encodeKeyFile(file));
      return keys;
    },
    unlock: async (principal, passphrase) => {
      const path = pathOf(principal);
      const file = await loadPrivateFile(path, RULES, (bytes) => decodeOwn(bytes, principal));
      if (file === undefined) {
        throw new HeddleError('KEY_MISSING', `there is no key of ${principal} here`, {
          facts: { principal },
        });
      }
      return checkSecrets(file, await openFile(file, passphrase), path);
    },
    ...createSpareKeys(data, pathOf),
  };
}

type SpareKeys = Pick<PrincipalKeyStore, 'spares' | 'prepare' | 'prepared' | 'unlockSpare' | 'promote'>;

/** Keys in `<data>/spare-keys`, one file for each root key; `<data>/prepared-keys` says for what some were made. */
function createSpareKeys(data: string, currentPath: (principal: string) => string): SpareKeys {
  const directory = join(data, 'spare-keys');
  const prepared = join(data, 'prepared-keys');
  const pathOf = (root: string): string => join(directory, `${root}.json`);
  const load = async (principal: string, root: string): Promise<KeyFile | undefined> => {
    const file = await loadPrivateFile(pathOf(root), RULES, (bytes) => decodeOwn(bytes, principal));
    if (file === undefined || file.root === root) return file;
    throw new HeddleError('KEY_FILE_INVALID', `${pathOf(root)} is not named after its key`, {
      facts: { path: pathOf(root) },
    });
  };
  const store = async (file: KeyFile): Promise<void> => {
    await makePrivateDirectory(directory, RULES);
    await replacePrivateFile(pathOf(file.root), encodeKeyFile(file));
  };
  return {
    spares: async (principal) => {
      const names = await listPrivateFiles(directory, '.json', RULES);
      const files = await Promise.all(
        names.map((name) => loadPrivateFile(join(directory, name), RULES, decodeKeyFile)),
      );
      return files.flatMap((file) => (file?.principal === principal ? [describe(file)] : []));
    },
    prepare: async (principal, passphrase, repo) => {
      const { file, keys } = await newKeyFile(principal, passphrase);
      await store(file);
      if (repo === null) return keys;
      await makePrivateDirectory(prepared, RULES);
      await replacePrivateFile(join(prepared, `${keys.root}.${repo}`), utf8(`${keys.root}\n`));
      return keys;
    },
    prepared: async (repo) => {
      const names = await listPrivateFiles(prepared, `.${repo}`, RULES);
      return names.map((name) => name.slice(0, -`.${repo}`.length));
    },
    unlockSpare: async (principal, root, passphrase) => {
      const file = await load(principal, root);
      if (file === undefined) throw noSpare(principal, root);
      return checkSecrets(file, await openFile(file, passphrase), pathOf(root));
    },
    promote: async (principal, root) => {
      const path = currentPath(principal);
      const current = await loadPrivateFile(path, RULES, (bytes) => decodeOwn(bytes, principal));
      if (current?.root === root) return;
      const spare = await load(principal, root);
      if (spare === undefined) throw noSpare(principal, root);
      // First the copy: whatever happens between the two, no key is lost.
      if (current !== undefined) await store(current);
      await replacePrivateFile(path, encodeKeyFile(spare));
      for (const name of await listPrivateFiles(prepared, '', RULES)) {
        if (name.startsWith(`${root}.`)) await rm(join(prepared, name), { force: true });
      }
    },
  };
}

function noSpare(principal: string, root: string): HeddleError {
  return new HeddleError('KEY_MISSING', `there is no such key of ${principal} here`, {
    facts: { principal, root },
  });
}

async function newKeyFile(
  principal: string,
  passphrase: Passphrase,
): Promise<{ readonly file: KeyFile; readonly keys: PrincipalKeys }> {
  const root = rawEd25519.generateKey();
  const record = rawEd25519.generateKey();
  const file = await protect(principal, { root, record }, passphrase);
  return { file, keys: { root: root.publicKey, record: record.publicKey } };
}

interface KeyPairs {
  readonly root: HolderKey;
  readonly record: HolderKey;
}

async function protect(principal: string, keys: KeyPairs, passphrase: Passphrase): Promise<KeyFile> {
  const content = joinSecrets(keys.root.secret, keys.record.secret);
  const publicKeys: PrincipalKeys = { root: keys.root.publicKey, record: keys.record.publicKey };
  if (passphrase.kind === 'none') return { principal, ...publicKeys, protection: null, secrets: content };
  const header = { principal, ...publicKeys, protection: newSealParameters() };
  const secrets = await sealSecrets({
    ...header.protection,
    passphrase: passphrase.value,
    header: encodeKeyHeader(header),
    content,
  });
  return { ...header, secrets };
}

async function openFile(file: KeyFile, passphrase: Passphrase): Promise<Uint8Array> {
  if (file.protection === null) return file.secrets;
  if (passphrase.kind === 'none') {
    throw new HeddleError('KEY_LOCKED', `the key of ${file.principal} is locked by a passphrase`, {
      facts: { principal: file.principal },
    });
  }
  return openSecrets({
    ...file.protection,
    passphrase: passphrase.value,
    header: encodeKeyHeader(file),
    content: file.secrets,
  });
}

/** The public keys stand beside the secrets: somebody who swapped them is found out before anything is signed. */
function checkSecrets(
  file: KeyFile,
  opened: Uint8Array,
  path: string,
): { readonly root: RootKey; readonly record: Signer } {
  const { root, record } = splitSecrets(opened);
  if (derivePublicKey(root) !== file.root || derivePublicKey(record) !== file.record) {
    throw new HeddleError('KEY_FILE_INVALID', `${path}: its secrets do not belong to its public keys`, {
      facts: { path },
    });
  }
  return {
    root: { principal: file.principal, publicKey: file.root, secret: root },
    record: signerOf({ publicKey: file.record, secret: record }),
  };
}

function decodeOwn(bytes: Uint8Array, principal: string): KeyFile {
  const file = decodeKeyFile(bytes);
  if (file.principal === principal) return file;
  throw new HeddleError('FORMAT_INVALID', 'the file is about another principal');
}

async function loadListed(directory: string, name: string): Promise<KeyFile> {
  const path = join(directory, name);
  const file = await loadPrivateFile(path, RULES, decodeKeyFile);
  if (file !== undefined && `${escapeFileName(file.principal)}.json` === name) return file;
  throw new HeddleError('KEY_FILE_INVALID', `${path} is not named after its principal`, { facts: { path } });
}

function describe({ principal, root, record, protection }: KeyFile) {
  return { principal, root, record, encrypted: protection !== null };
}
