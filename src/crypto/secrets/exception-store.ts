import { join } from 'node:path';
import {
  decodeExceptions,
  encodeExceptions,
  joinExceptions,
  LARGEST_EXCEPTIONS,
} from '#domain/secrets/secret-exception.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { SecretExceptions } from '#ports/secrets/secret-exceptions.ts';
import {
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  type PrivateFileRules,
} from '#crypto/private-file.ts';

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: LARGEST_EXCEPTIONS,
  directory: 'private',
};

/** Opens a home's exceptions of one clone; nothing is made by opening. */
export function openExceptionStore(
  data: string,
  identity: () => Promise<Pick<ReplicaIdentity, 'replica'> | undefined>,
): SecretExceptions {
  const directory = join(data, 'secrets');
  const find = async (): Promise<string | undefined> => {
    const known = await identity();
    return known === undefined ? undefined : join(directory, `${known.replica}.json`);
  };
  const read: SecretExceptions['read'] = async () => {
    const path = await find();
    return path === undefined ? [] : ((await loadPrivateFile(path, RULES, decodeExceptions)) ?? []);
  };
  return {
    read,
    async add(exceptions) {
      const path = await find();
      if (path === undefined) return;
      const joined = joinExceptions(await read(), exceptions);
      await makePrivateDirectory(directory, RULES);
      await replacePrivateFile(path, encodeExceptions(joined));
    },
  };
}
