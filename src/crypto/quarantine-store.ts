import { join } from 'node:path';
import { decodeUtf8 } from '#domain/encoding/bytes.ts';
import { unescapePath } from '#domain/encoding/percent-escape.ts';
import { HeddleError } from '#domain/error.ts';
import { parseId, type TombstoneId } from '#domain/id.ts';
import type { RandomBytes } from '#ports/platform.ts';
import type { QuarantinedContent, QuarantineStore } from '#ports/removal.ts';
import { findClonePlace, type ClonePlace } from './clone-place.ts';
import {
  listPrivateFiles,
  loadPrivateFile,
  makePrivateDirectory,
  replacePrivateFile,
  type PrivateFileRules,
} from './private-file.ts';
import {
  formatKeyName,
  isSameDirectory,
  KeyRecords,
  madeAt,
  type KeyRecord,
} from './quarantine/key-records.ts';
import { destroyFile, destroyTemporary, overwritingOld, readBeginning } from './quarantine/overwrite.ts';
import { decodeQuarantine, encodeQuarantine } from './quarantine/quarantine-codec.ts';
import {
  BEGINNING_BYTES,
  encodeSpentNote,
  KEY_BYTES,
  keyNameOf,
  LARGEST_SEALED,
  NAME_BYTES,
  sealPieces,
  unseal,
} from './quarantine/sealed-file.ts';

const RULES: PrivateFileRules = {
  mode: 'KEY_FILE_MODE',
  invalid: 'KEY_FILE_INVALID',
  maxBytes: LARGEST_SEALED,
  directory: 'private',
};

export interface QuarantinePlaces {
  /** The user's data directory. */
  readonly data: string;
  readonly commonDir: string;
  readonly random: RandomBytes;
}

/**
 * Opens a clone's quarantine; nothing is created by opening. Sealed files lie in the clone, keys in the home.
 * Writers need the repository lock.
 *
 * Nothing in the repository decides that a key goes: a clone destroys the keys that it made itself. The one that
 * its file asks for and another clone made (this one is a copy, or was moved) goes too, unless that clone still
 * stands where it did and still holds the file. So a copy reads what the first kept, and cannot take it away.
 */
export function createQuarantineStore({ data, commonDir, random }: QuarantinePlaces): QuarantineStore {
  return new DiskQuarantine(new KeyRecords(data), commonDir, random);
}

class DiskQuarantine implements QuarantineStore {
  readonly #keys: KeyRecords;
  readonly #commonDir: string;
  readonly #directory: string;
  readonly #random: RandomBytes;

  constructor(keys: KeyRecords, commonDir: string, random: RandomBytes) {
    this.#keys = keys;
    this.#commonDir = commonDir;
    this.#directory = directoryIn(commonDir);
    this.#random = random;
  }

  async keep(tombstone: TombstoneId, content: QuarantinedContent): Promise<void> {
    const plaintext = encodeQuarantine(content);
    const place = await findClonePlace(this.#commonDir);
    await makePrivateDirectory(this.#directory, RULES);
    await destroyTemporary(this.#path(tombstone));
    const before = await this.#keys.of(tombstone);
    const [name, key] = [this.#random(NAME_BYTES), this.#random(KEY_BYTES)];
    const record: KeyRecord = { ...place, tombstone, name: formatKeyName(name), key };
    await this.#keys.add(record);
    try {
      const pieces = sealPieces({ tombstone, name, key }, plaintext, this.#random);
      await replacePrivateFile(this.#path(tombstone), pieces);
    } catch (error) {
      await this.#keys.destroy(record).catch(() => undefined);
      throw error;
    }
    for (const old of before.filter((found) => madeAt(found, place))) await this.#keys.destroy(old);
  }

  async open(tombstone: TombstoneId): Promise<QuarantinedContent | undefined> {
    const { made, records } = await this.#recordsOf(tombstone);
    if (made.some(({ key }) => key === null)) return undefined;
    const bytes = await this.#readSealed(tombstone);
    if (bytes === undefined) {
      if (made.length === 0) return undefined;
      throw missing(tombstone, 'file', 'its file is not there');
    }
    const name = keyNameOf(bytes);
    if (name === undefined) throw missing(tombstone, 'damaged', 'its file is damaged');
    const key = records.find((record) => record.name === name)?.key ?? undefined;
    if (key === undefined) throw missing(tombstone, 'key', 'its key is not in this home');
    const plaintext = unseal(bytes, tombstone, key);
    if (plaintext === undefined) throw missing(tombstone, 'damaged', 'its file is damaged');
    return decodeQuarantine(plaintext);
  }

  async spend(tombstone: TombstoneId): Promise<void> {
    const file = await this.#readBeginning(tombstone);
    const found = await this.#recordsOf(tombstone);
    if (file === undefined && found.made.length === 0) return;
    await this.#destroyKeys(tombstone, found, file);
    if (file === undefined) return;
    await makePrivateDirectory(this.#directory, RULES);
    const path = this.#path(tombstone);
    await overwritingOld(path, () => replacePrivateFile(path, encodeSpentNote(tombstone)));
    await destroyTemporary(path);
  }

  async state(tombstone: TombstoneId): Promise<'held' | 'spent' | 'none'> {
    const { made } = await this.#recordsOf(tombstone);
    if (made.some(({ key }) => key === null)) return 'spent';
    if (made.length > 0) return 'held';
    return (await this.#isThere(tombstone)) ? 'held' : 'none';
  }

  async forget(tombstone: TombstoneId): Promise<void> {
    const path = this.#path(tombstone);
    const file = await this.#readBeginning(tombstone);
    const found = await this.#recordsOf(tombstone);
    // As spent, so that one that was killed here is not taken for a quarantine that somebody lost.
    if (found.made.length > 0 || file !== undefined) await this.#destroyKeys(tombstone, found, file);
    await destroyFile(path);
    await destroyTemporary(path);
    for (const record of (await this.#recordsOf(tombstone)).made) await this.#keys.destroy(record);
  }

  async list(): Promise<readonly TombstoneId[]> {
    const place = await findClonePlace(this.#commonDir);
    const files = await listPrivateFiles(this.#directory, '', RULES);
    const records = await this.#keys.all();
    const made = records.filter((record) => madeAt(record, place)).map(({ tombstone }) => tombstone);
    return [...new Set([...files.flatMap(asTombstone), ...made])].toSorted();
  }

  #path(tombstone: TombstoneId): string {
    return join(this.#directory, parseId('hr', tombstone));
  }

  async #isThere(tombstone: TombstoneId): Promise<boolean> {
    return (await listPrivateFiles(this.#directory, tombstone, RULES)).includes(tombstone);
  }

  /** Undefined where there is no file; empty where it cannot be read. */
  async #readBeginning(tombstone: TombstoneId): Promise<Uint8Array | undefined> {
    if (!(await this.#isThere(tombstone))) return undefined;
    return readBeginning(this.#path(tombstone), BEGINNING_BYTES);
  }

  async #recordsOf(tombstone: TombstoneId): Promise<Found> {
    const place = await findClonePlace(this.#commonDir);
    const records = await this.#keys.of(tombstone);
    return { place, records, made: records.filter((record) => madeAt(record, place)) };
  }

  async #readSealed(tombstone: TombstoneId): Promise<Uint8Array | undefined> {
    try {
      return await loadPrivateFile(this.#path(tombstone), RULES, (bytes) => bytes);
    } catch (cause) {
      if (!(cause instanceof HeddleError) || cause.code !== 'KEY_FILE_INVALID') throw cause;
      throw missing(tombstone, 'damaged', 'its file is damaged', cause);
    }
  }

  /** One record says in one step that the content is gone and takes its key; the others follow. */
  async #destroyKeys(tombstone: TombstoneId, found: Found, file: Uint8Array | undefined): Promise<void> {
    const named = file === undefined ? undefined : keyNameOf(file);
    const asked = found.records.find(({ name }) => name === named);
    const foreign = asked !== undefined && !found.made.includes(asked) ? [asked] : [];
    const free: KeyRecord[] = [];
    for (const record of foreign) if (!(await this.#isHeldThere(record, found.place))) free.push(record);
    const doomed = [...found.made, ...free].filter(({ key }) => key !== null);
    if (!found.made.some(({ key }) => key === null)) {
      const name = doomed.shift()?.name ?? formatKeyName(this.#random(NAME_BYTES));
      await this.#keys.replace({ ...found.place, tombstone, name, key: null });
    }
    for (const record of doomed) await this.#keys.destroy(record);
  }

  /** Tells whether the clone that made a key is another one, stands where it did, and holds a file of that key. */
  async #isHeldThere(record: KeyRecord, place: ClonePlace): Promise<boolean> {
    if (record.path === place.path) return false;
    const path = decodeUtf8(unescapePath(record.path) ?? new Uint8Array());
    // A name that cannot be asked for is not taken for a clone that is gone.
    if (path === undefined || path === '') return true;
    const there = await findClonePlace(path).catch(() => undefined);
    if (there === undefined || isSameDirectory(there, place)) return false;
    const beginning = await readBeginning(join(directoryIn(path), record.tombstone), BEGINNING_BYTES);
    return keyNameOf(beginning) === record.name;
  }
}

interface Found {
  readonly place: ClonePlace;
  readonly records: readonly KeyRecord[];
  /** Those that this clone made. */
  readonly made: readonly KeyRecord[];
}

function directoryIn(commonDir: string): string {
  return join(commonDir, 'heddle', 'quarantine');
}

function asTombstone(name: string): readonly TombstoneId[] {
  try {
    return [parseId('hr', name)];
  } catch {
    return [];
  }
}

function missing(
  tombstone: TombstoneId,
  what: 'key' | 'file' | 'damaged',
  why: string,
  cause?: unknown,
): HeddleError {
  return new HeddleError('QUARANTINE_MISSING', `the quarantine of ${tombstone} cannot be opened: ${why}`, {
    facts: { tombstone, missing: what },
    preserved: 'nothing was changed',
    cause,
  });
}
