import { join } from 'node:path';
import { formatBase64Url, parseBase64Url } from '#domain/encoding/base64url.ts';
import { formatHex } from '#domain/encoding/bytes.ts';
import { decodeCanonical, encodeCanonical } from '#domain/encoding/canonical-json.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type TombstoneId } from '#domain/id.ts';
import type { ClonePlace } from '#crypto/clone-place.ts';
import {
  listPrivateFiles,
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  writePrivateFile,
  type PrivateFileRules,
} from '#crypto/private-file.ts';
import { destroyFile, overwritingOld } from './overwrite.ts';
import { KEY_BYTES, NAME_BYTES } from './sealed-file.ts';

/*
 * <data>/quarantine/<tombstone>.<name>.json, canonical JSON:
 *   {"device","inode","key","path","tombstone","type":"quarantine-key","v":1}
 * `path`, `device` and `inode` are those of the clone that made it. `key` is null once the content was destroyed:
 * the record that says so lies where nobody who can only write the repository can make one.
 */

/** The key of one sealed file, or what is left of it. */
export interface KeyRecord extends ClonePlace {
  readonly tombstone: TombstoneId;
  /** 16 bytes in hexadecimal, random: no two clones ever name the same record. */
  readonly name: string;
  /** Null once it was destroyed. */
  readonly key: Uint8Array | null;
}

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: 32_768,
  directory: 'private',
};
const SUFFIX = '.json';
const FILE_NAME = /^(hr-[0-9a-z]{52})\.([0-9a-f]{32})\.json$/;

/** The records of every clone's quarantine keys in one home. */
export class KeyRecords {
  readonly #directory: string;

  constructor(data: string) {
    this.#directory = join(data, 'quarantine');
  }

  /** Of one tombstone. Throws `KEY_FILE_MODE` and `KEY_FILE_INVALID`. */
  async of(tombstone: TombstoneId): Promise<readonly KeyRecord[]> {
    const names = await listPrivateFiles(this.#directory, SUFFIX, RULES);
    const records = names
      .filter((name) => FILE_NAME.exec(name)?.[1] === tombstone)
      .map((name) => this.#load(name));
    return (await Promise.all(records)).flatMap((record) => record ?? []);
  }

  /** Of all tombstones; those that cannot be read are for whoever asks for them. */
  async all(): Promise<readonly KeyRecord[]> {
    const names = await listPrivateFiles(this.#directory, SUFFIX, RULES);
    const loaded = await Promise.allSettled(names.map((name) => this.#load(name)));
    return loaded.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : []));
  }

  /** Makes a record; durable on return. */
  async add(record: KeyRecord): Promise<void> {
    await makePrivateDirectory(this.#directory, RULES);
    await writePrivateFile(this.#path(record), encodeRecord(record));
  }

  /** Puts a record in the place of the one of that name, whose bytes are overwritten; durable on return. */
  async replace(record: KeyRecord): Promise<void> {
    await makePrivateDirectory(this.#directory, RULES);
    const path = this.#path(record);
    await overwritingOld(path, () => replacePrivateFile(path, encodeRecord(record)));
  }

  /** Destroys a record; durable on return. */
  async destroy(record: Pick<KeyRecord, 'tombstone' | 'name'>): Promise<void> {
    await destroyFile(this.#path(record));
  }

  async #load(fileName: string): Promise<KeyRecord | undefined> {
    const match = FILE_NAME.exec(fileName);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    const [, tombstone, name] = match;
    const path = join(this.#directory, fileName);
    const record = await loadPrivateFile(path, RULES, (bytes) => decodeRecord(bytes, name));
    if (record === undefined || record.tombstone === tombstone) return record;
    throw new HeddleError('KEY_FILE_INVALID', `${path} belongs to another tombstone`, { facts: { path } });
  }

  #path({ tombstone, name }: Pick<KeyRecord, 'tombstone' | 'name'>): string {
    return join(this.#directory, `${tombstone}.${name}${SUFFIX}`);
  }
}

/** Tells whether a clone at a place made a record. */
export function madeAt(record: KeyRecord, place: ClonePlace): boolean {
  return record.path === place.path && isSameDirectory(record, place);
}

/** Tells whether two places are one directory, whatever it is called. */
export function isSameDirectory(a: ClonePlace, b: ClonePlace): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** A name for a new record. */
export function formatKeyName(name: Uint8Array): string {
  if (name.length !== NAME_BYTES) throw new Error('invariant: a key has a name of 16 bytes');
  return formatHex(name);
}

function encodeRecord({ tombstone, key, path, device, inode }: KeyRecord): Uint8Array {
  const text = key === null ? null : formatBase64Url(key);
  return encodeCanonical({ type: 'quarantine-key', v: 1, tombstone, key: text, path, device, inode });
}

function decodeRecord(bytes: Uint8Array, name: string): KeyRecord {
  const what = 'quarantine key';
  const reader = new JsonReader(decodeCanonical(bytes, what, RULES.maxBytes), what);
  reader.version('quarantine-key', 1);
  const text = reader.nullableString('key', 64);
  const key = text === null ? null : parseBase64Url(text);
  const record = {
    tombstone: parseId('hr', reader.string('tombstone')),
    path: reader.string('path', 16_384),
    device: reader.string('device', 32),
    inode: reader.string('inode', 32),
  };
  reader.end();
  if (key === undefined || (key !== null && key.length !== KEY_BYTES))
    throw reader.invalid('has no proper key');
  return { ...record, name, key };
}
