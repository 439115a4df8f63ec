import { join } from 'node:path';
import {
  decodeExceptions,
  encodeExceptions,
  joinExceptions,
  LARGEST_EXCEPTIONS,
} from '#domain/secrets/secret-exception.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { SecretExceptions } from '#ports/secrets/secret-exceptions.ts';
import { openHomeList } from './home-list.ts';

/** Opens a home's exceptions of one clone; nothing is made by opening. */
export function openExceptionStore(
  data: string,
  identity: () => Promise<Pick<ReplicaIdentity, 'replica'> | undefined>,
): SecretExceptions {
  const list = openHomeList(join(data, 'secrets'), identity, {
    decode: decodeExceptions,
    encode: encodeExceptions,
    maxBytes: LARGEST_EXCEPTIONS,
  });
  const read: SecretExceptions['read'] = async () => (await list.read()) ?? [];
  return { read, add: async (exceptions) => list.write(joinExceptions(await read(), exceptions)) };
}
