import { existsSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeHarnessSession, encodeHarnessSession } from '#domain/harness/harness-session.ts';
import { decodeIntegration, encodeIntegration } from '#domain/harness/integration.ts';
import { parseDigest, type Digest } from '#domain/id.ts';
import type { HarnessHome, KnownSession } from '#ports/boundary/harness-ports.ts';
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
 * <data>/harness/<replica>/integration.json, <session>.note and <session>.hcred, 0600 in 0700. A session's name is
 * keyed: what a harness calls it is in no path.
 */

const RECORD = 'integration.json';
const ENDING = '.hcred';
const NOTE = '.note';
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
  const noteOf = (session: Digest): string => join(own, session + NOTE);
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
      for (const ending of [ENDING, NOTE]) {
        for (const name of await listPrivateFiles(own, ending, RULES)) await remove(join(own, name));
      }
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
    isLive: (session) => existsSync(pathOf(session)),
    async sessions() {
      const found: KnownSession[] = [];
      for (const name of await listPrivateFiles(own, NOTE, RULES)) {
        const session = parseDigest(name.slice(0, -NOTE.length));
        const given = await loadPrivateFile(noteOf(session), RULES, decodeHarnessSession);
        if (given !== undefined) found.push({ ...given, session, live: existsSync(pathOf(session)) });
      }
      return found;
    },
    async begin(session, given, credential) {
      // A credential that nobody noted would outlive its session's end.
      await remove(pathOf(session));
      await replacePrivateFile(noteOf(session), encodeHarnessSession(given));
      await credentials.write(pathOf(session), credential);
    },
    end: (session) => remove(pathOf(session)),
    async forget(session) {
      await remove(pathOf(session));
      await remove(noteOf(session));
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
