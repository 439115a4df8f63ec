import { join } from 'node:path';
import {
  joinShunLists,
  decodeShunList,
  encodeShunList,
  LARGEST_SHUN_LIST,
} from '#domain/removal/shun-codec.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ShunMemory } from '#ports/removal.ts';
import {
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  type PrivateFileRules,
} from '#crypto/private-file.ts';

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: LARGEST_SHUN_LIST,
  directory: 'private',
};

/**
 * What this home remembers of the shun lists of its clones, one file for each of its replicas, in `<data>/shun`. A home
 * that has no key for a clone remembers nothing of it.
 */
export function createShunMemory(
  data: string,
  identity: () => Promise<Pick<ReplicaIdentity, 'replica'> | undefined>,
): ShunMemory {
  const directory = join(data, 'shun');
  const find = async (): Promise<string | undefined> => {
    const known = await identity();
    return known === undefined ? undefined : join(directory, `${known.replica}.json`);
  };
  return {
    async read() {
      const path = await find();
      return path === undefined ? undefined : loadPrivateFile(path, RULES, decodeShunList);
    },
    async write(entries) {
      const path = await find();
      if (path === undefined) return;
      await makePrivateDirectory(directory, RULES);
      await replacePrivateFile(path, encodeShunList(joinShunLists(entries)));
    },
  };
}
