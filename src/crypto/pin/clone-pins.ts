import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { formatHex, utf8 } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { HeddleError } from '#domain/error.ts';
import type { Hasher } from '#domain/hash.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { parseDigest, parseId } from '#domain/id.ts';
import { randomBytes } from '#platform/random.ts';
import type { ClonePin, ClonePins } from '#ports/home-cache.ts';
import { findBornPlace } from '#crypto/clone-place.ts';
import { makePrivateDirectory, type PrivateFileRules } from '#crypto/private-file.ts';
import { isPrivateDirectory, readSmallFile } from './small-file.ts';

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

/**
 * Pins in `<data>/clones`. What is written is read again by this very object without a look at the disk. Files are read and
 * written at once, which is quicker than to wait for a few bytes: every command asks.
 */
export function createClonePins(
  { data, commonDir }: { readonly data: string; readonly commonDir: string },
  hasher: Hasher,
): ClonePins {
  let known: Promise<ClonePin | undefined> | undefined;
  let place: string | undefined;
  const directory = join(data, 'clones');
  const path = (): string => {
    place ??= findPlace(commonDir, hasher);
    return join(directory, `${place}.json`);
  };
  return {
    read() {
      known ??= orNothing(() => {
        if (!isPrivateDirectory(directory)) return undefined;
        const bytes = readSmallFile(path(), RULES.maxBytes);
        return bytes === undefined ? undefined : decodePin(bytes);
      });
      return known;
    },
    async write(pin) {
      await orNothing(async () => {
        if (!isPrivateDirectory(directory)) await makePrivateDirectory(directory, RULES);
        replaceSoftly(path(), encodePin(pin));
        known = Promise.resolve(pin);
      });
    },
  };
}

function findPlace(commonDir: string, hasher: Hasher): string {
  const { path, device, inode, born } = findBornPlace(commonDir);
  const text = ['place', path, device, inode, born].join('\0');
  return formatHex(hasher.hash('replica', utf8(text))).slice(0, 32);
}

/** Without a sync: what a crash leaves is the old one, the new one, or one that cannot be read and counts for nothing. */
function replaceSoftly(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${formatHex(randomBytes(8))}`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, bytes);
  } finally {
    closeSync(file);
  }
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A home that cannot be read or written knows nothing: it never stands in the way by itself. */
async function orNothing<T>(act: () => T | Promise<T>): Promise<T | undefined> {
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
