import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeIntegration, encodeIntegration } from '#domain/harness/integration.ts';
import type { Digest } from '#domain/id.ts';
import { instantMilliseconds } from '#domain/time.ts';
import type { HarnessHome } from '#ports/harness/harness-ports.ts';
import type { CredentialStore } from '#ports/keys.ts';
import {
  listPrivateFiles,
  loadPrivateFile,
  makePrivateDirectory,
  privateFileError,
  replacePrivateFile,
  syncDirectory,
  type PrivateFileRules,
} from '#crypto/private-file.ts';

/*
 * <data>/harness/<replica>/integration.json and <session>.hcred, 0600 in 0700. A session's name is keyed: what a harness
 * calls it is in no path.
 */

const RECORD = 'integration.json';
const ENDING = '.hcred';
const RULES: PrivateFileRules = {
  mode: 'CREDENTIAL_FILE_MODE',
  invalid: 'CREDENTIAL_FILE_INVALID',
  maxBytes: 16 * 1024 * 1024,
  directory: 'private',
};

/** What this home keeps for one clone, by the clone's replica. */
export function createHarnessHome(
  data: string,
  { replica, credentials }: { readonly replica: Digest; readonly credentials: CredentialStore },
): HarnessHome {
  const root = join(data, 'harness');
  const own = join(root, replica);
  const pathOf = (session: Digest): string => join(own, session + ENDING);
  const remove = (path: string): Promise<void> => removeFrom(own, path);
  return {
    directory: data,
    read: () => loadPrivateFile(join(own, RECORD), RULES, decodeIntegration),
    async write(integration) {
      await makePrivateDirectory(root, RULES);
      await makePrivateDirectory(own, RULES);
      await replacePrivateFile(join(own, RECORD), encodeIntegration(integration));
    },
    async remove() {
      // The record goes last: while it is there, doing it again ends it.
      for (const name of await listPrivateFiles(own, ENDING, RULES)) await remove(join(own, name));
      await remove(join(own, RECORD));
      await removeFrom(root, own);
    },
    async isShared(file) {
      for (const name of await namesIn(root)) {
        if (name === replica) continue;
        const other = await loadPrivateFile(join(root, name, RECORD), RULES, decodeIntegration);
        if (other?.file === file) return true;
      }
      return false;
    },
    credentialPath: pathOf,
    async writeCredential(session, credential) {
      await remove(pathOf(session));
      await credentials.write(pathOf(session), credential);
    },
    removeCredential: (session) => remove(pathOf(session)),
    async removeOlder(than) {
      for (const name of await listPrivateFiles(own, ENDING, RULES)) {
        const path = join(own, name);
        const found = await lstat(path).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < instantMilliseconds(than)) await remove(path);
      }
    },
  };
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}

async function removeFrom(directory: string, path: string): Promise<void> {
  try {
    if ((await lstat(path).catch(() => undefined)) === undefined) return;
    await rm(path, { recursive: true, force: true });
    await syncDirectory(directory);
  } catch (cause) {
    throw privateFileError(cause, path);
  }
}
