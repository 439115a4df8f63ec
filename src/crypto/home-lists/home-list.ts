import { join } from 'node:path';
import type { ReplicaIdentity } from '#ports/keys.ts';
import {
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  type PrivateFileRules,
} from '#crypto/private-file.ts';

/** How a list is written down. */
export interface ListCodec<List> {
  readonly decode: (bytes: Uint8Array) => List;
  readonly encode: (list: List) => Uint8Array;
  readonly maxBytes: number;
}

/** A list that a home keeps of one of its clones. */
export interface HomeList<List> {
  /** Undefined where there is none, and where the home has no key for the clone. */
  read(): Promise<List | undefined>;
  /** Durable on return; nothing where the home has no key for the clone. */
  write(list: List): Promise<void>;
}

/** One file for each of the home's replicas, 0600, in a private directory; nothing is made by opening. */
export function openHomeList<List>(
  directory: string,
  identity: () => Promise<Pick<ReplicaIdentity, 'replica'> | undefined>,
  { decode, encode, maxBytes }: ListCodec<List>,
): HomeList<List> {
  const rules: PrivateFileRules = {
    mode: 'KEY_FILE_MODE',
    invalid: 'KEY_FILE_INVALID',
    maxBytes,
    directory: 'private',
  };
  const find = async (): Promise<string | undefined> => {
    const known = await identity();
    return known === undefined ? undefined : join(directory, `${known.replica}.json`);
  };
  return {
    async read() {
      const path = await find();
      return path === undefined ? undefined : loadPrivateFile(path, rules, decode);
    },
    async write(list) {
      const path = await find();
      if (path === undefined) return;
      await makePrivateDirectory(directory, rules);
      await replacePrivateFile(path, encode(list));
    },
  };
}
