import { join } from 'node:path';
import {
  joinShunLists,
  decodeShunList,
  encodeShunList,
  LARGEST_SHUN_LIST,
} from '#domain/removal/shun-codec.ts';
import type { ReplicaIdentity } from '#ports/keys.ts';
import type { ShunMemory } from '#ports/removal.ts';
import { openHomeList } from './home-list.ts';

/**
 * What this home remembers of the shun lists of its clones, one file for each of its replicas, in `<data>/shun`. A home
 * that has no key for a clone remembers nothing of it.
 */
export function createShunMemory(
  data: string,
  identity: () => Promise<Pick<ReplicaIdentity, 'replica'> | undefined>,
): ShunMemory {
  return openHomeList(join(data, 'shun'), identity, {
    decode: decodeShunList,
    encode: (entries) => encodeShunList(joinShunLists(entries)),
    maxBytes: LARGEST_SHUN_LIST,
  });
}
