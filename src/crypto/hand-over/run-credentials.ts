import { constants, lstatSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { utf8 } from '#domain/encoding/bytes.ts';
import type { OperationId } from '#domain/id.ts';
import type { RunCredentials } from '#ports/runs.ts';
import {
  makePrivateDirectory,
  privateFileError,
  syncDirectory,
  writePrivateFile,
  type PrivateFileRules,
} from '#crypto/private-file.ts';

/*
 * <runtime or state directory>/runs/<run id>/credential.hcred, 0600 in 0700.
 */

const FILE = 'credential.hcred';
const RULES: PrivateFileRules = {
  mode: 'CREDENTIAL_FILE_MODE',
  invalid: 'CREDENTIAL_FILE_INVALID',
  maxBytes: 32_768,
  directory: 'private',
};

/** Credentials of runs, where the user's runtime directory is private in it, else in the state directory. */
export function createRunCredentials({
  runtime,
  state,
}: {
  readonly runtime: string | null;
  readonly state: string;
}): RunCredentials {
  const roots = [...(runtime === null ? [] : [runtime]), state].map((root) => join(root, 'runs'));
  const handles = new Map<number, FileHandle>();
  const write = async (run: OperationId, credential: string): Promise<string> => {
    const root =
      runtime !== null && isPrivate(dirname(runtime)) ? join(runtime, 'runs') : join(state, 'runs');
    await makePrivateDirectory(root, RULES);
    await makePrivateDirectory(join(root, run), RULES);
    const path = join(root, run, FILE);
    await writePrivateFile(path, utf8(credential));
    return path;
  };
  const remove = async (run: OperationId): Promise<void> => {
    for (const root of roots) await removeFrom(root, run);
  };
  return {
    write,
    remove,
    async open(run, credential) {
      const path = await write(run, credential);
      const handle = await openAgain(path);
      await remove(run);
      handles.set(handle.fd, handle);
      return handle.fd;
    },
    async close(descriptor) {
      await handles.get(descriptor)?.close();
      handles.delete(descriptor);
    },
  };
}

async function openAgain(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    throw privateFileError(cause, path);
  }
}

/** A link in the place of the directory is removed itself, not what it leads to. */
async function removeFrom(root: string, run: OperationId): Promise<void> {
  const path = join(root, run);
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
    await rm(path, { recursive: true, force: true });
    await syncDirectory(root);
  } catch (cause) {
    throw privateFileError(cause, path);
  }
}

function isPrivate(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory()) return false;
  return found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
}
