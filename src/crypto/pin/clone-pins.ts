import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import { randomBytes } from '#platform/random.ts';
import type { ClonePin, ClonePins } from '#ports/home-cache.ts';
import { findClonePlace } from '#crypto/clone-place.ts';
import { loadPrivateFile, makePrivateDirectory, type PrivateFileRules } from '#crypto/private-file.ts';

/*
 * <data>/clones/<place>.json, 0600, canonical JSON:
 *   {"authority","cloneId","genesis","line","type":"clone-pin","v":1}
 * `line` is null or {"id","replica","seq"}. The place is the hash of kind "replica" over "place", the clone's real path,
 * escaped, device, inode and time of birth, 0x00 between: its first 16 bytes in hexadecimal. A repository that was made
 * anew where another was is in another place.
 */

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: 4096,
  directory: 'private',
};
const COMMIT = /^[0-9a-f]{40}$/;

/** Pins in `<data>/clones`. What is written is read again by this very object without a look at the disk. */
export function createClonePins(
  { data, commonDir }: { readonly data: string; readonly commonDir: string },
  hasher: Hasher,
): ClonePins {
  let known: Promise<ClonePin | undefined> | undefined;
  let place: Promise<string> | undefined;
  const path = async (): Promise<string> => {
    place ??= findPlace(commonDir, hasher);
    return join(data, 'clones', `${await place}.json`);
  };
  return {
    read() {
      known ??= orNothing(async () => loadPrivateFile(await path(), RULES, decodePin));
      return known;
    },
    async write(pin) {
      await orNothing(async () => {
        await makePrivateDirectory(join(data, 'clones'), RULES);
        await replaceSoftly(await path(), encodePin(pin));
        known = Promise.resolve(pin);
      });
    },
  };
}

async function findPlace(commonDir: string, hasher: Hasher): Promise<string> {
  const { path, device, inode } = await findClonePlace(commonDir);
  const { birthtimeNs } = await stat(commonDir, { bigint: true });
  const text = ['place', path, device, inode, birthtimeNs.toString()].join('\0');
  return formatHex(hasher.hash('replica', utf8(text))).slice(0, 32);
}

/** Without a sync: what a crash leaves is the old one, the new one, or one that cannot be read and counts for nothing. */
async function replaceSoftly(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${formatHex(randomBytes(8))}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
  await rename(temporary, path).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throw error;
  });
}

/** A home that cannot be read or written knows nothing: it never stands in the way by itself. */
async function orNothing<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error: unknown) {
    if (error instanceof HeddleError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

function encodePin({ cloneId, genesis, authority, line }: ClonePin): Uint8Array {
  return encodeCanonical({
    type: 'clone-pin',
    v: 1,
    cloneId,
    genesis,
    authority,
    line: line === null ? null : { ...line },
  });
}

function decodePin(bytes: Uint8Array): ClonePin {
  const reader = new JsonReader(decodeCanonical(bytes, 'clone pin', RULES.maxBytes), 'clone pin');
  reader.version('clone-pin', 1);
  const cloneId = reader.string('cloneId', 200);
  const genesis = parseId('hg', reader.string('genesis'));
  const authority = reader.nullableString('authority');
  const last = reader.nullableObject('line');
  const line =
    last === null
      ? null
      : {
          replica: parseDigest(last.string('replica')),
          seq: last.integer('seq'),
          id: parseId('ho', last.string('id')),
        };
  last?.end();
  reader.end();
  if (authority !== null && !COMMIT.test(authority)) throw reader.invalid('has no proper authority');
  return { cloneId, genesis, authority, line };
}
